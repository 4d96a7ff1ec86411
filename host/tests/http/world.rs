//! Two accounts on a SQLite store, the routes over them, and requests to these.

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use security_contact_host::auth::{Authenticator, JwtRules, JwtVerifier, KeySet, KeySource, Scope, ServiceTokens};
use security_contact_host::domain::model::{DirectoryEntry, Member};
use security_contact_host::domain::ports::{Clock, Store};
use security_contact_host::domain::{Contacts, Directories, Events};
use security_contact_host::engine::Engine;
use security_contact_host::http::{App, Limits, Mode, router};
use security_contact_host::store::sqlite::{OpenMode, SqliteStore};
use security_contact_policy::{Instant, Rules, UserId};
use serde_json::{Value, json};
use tower::ServiceExt;

pub(crate) const TOKEN: &str = "a-token-that-nobody-else-has-0123456789";
pub(crate) const AUTHORIZATION: &str = "Bearer a-token-that-nobody-else-has-0123456789";
pub(crate) const CONTACT: &str = "/v1/accounts/acme/security-contact";
pub(crate) const NOW: &str = "2026-10-01T00:00:00.000Z";

/// Compiling the module takes the longest by far, so that all tests share one engine.
static ENGINE: LazyLock<Arc<Engine>> = LazyLock::new(|| Arc::new(Engine::embedded(&Rules::default()).unwrap()));

/// Listens to every line of the log from the start: one that is reached first while nobody listens can stay silent for
/// a test that listens later.
static LISTENER: LazyLock<()> = LazyLock::new(|| {
    let listener = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(std::io::sink);
    tracing::subscriber::set_global_default(listener.finish()).unwrap();
});

/// A clock that stands still.
pub(crate) struct TestClock;

impl Clock for TestClock {
    fn now(&self) -> Instant {
        NOW.parse().unwrap()
    }
}

/// The secret that signs the JWTs of people.
const SECRET: &[u8] = b"a-secret-that-nobody-else-has-0123456789";

/// Believes the token that may do everything, one token for each scope, whose text is the scope's word 5 times, and JWTs.
fn authenticator() -> Authenticator {
    let now = TestClock.now();
    let mut tokens = ServiceTokens::default();
    tokens.accept("backend", TOKEN, &Scope::ALL, now).unwrap();
    for scope in Scope::ALL {
        let name = scope.as_str().replace(':', "-");
        tokens.accept(&name, &token_of(scope), &[scope], now).unwrap();
    }
    let rules = JwtRules {
        issuer: "https://id.example.com".into(),
        audience: "security-contact".into(),
        account_claim: "account".into(),
        person_claim: "sub".into(),
    };
    let keys = KeySource::given(KeySet::from_secret(SECRET).unwrap());
    Authenticator::new(Some(JwtVerifier::new(rules, keys, Arc::new(TestClock))), tokens, Arc::new(TestClock))
}

/// The token that has that scope alone.
pub(crate) fn token_of(scope: Scope) -> String {
    format!("token-with-that-scope-alone:{}", scope.as_str().repeat(5))
}

/// A JWT of a person of that account, but for what `claims` says.
pub(crate) fn jwt(account: &str, person: &str, claims: Value) -> String {
    let mut all = json!({
        "iss": "https://id.example.com", "aud": "security-contact", "account": account, "sub": person,
        "exp": TestClock.now().millis() / 1_000 + 60,
    });
    all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
    jsonwebtoken::encode(&jsonwebtoken::Header::default(), &all, &jsonwebtoken::EncodingKey::from_secret(SECRET))
        .unwrap()
}

pub(crate) struct World {
    pub(crate) router: Router,
    pub(crate) engine: Arc<Engine>,
    pub(crate) store: Arc<dyn Store>,
    directories: Arc<Directories>,
    pub(crate) events: Arc<Events>,
    pub(crate) path: PathBuf,
    service: bool,
    _folder: tempfile::TempDir,
}

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// A request that is put together.
pub(crate) struct Ask<'a> {
    world: &'a World,
    method: &'a str,
    path: &'a str,
    headers: Vec<(&'a str, &'a str)>,
    body: Body,
}

impl World {
    /// The accounts `acme` and `birch`, as the demo serves them.
    pub(crate) async fn demo() -> Self {
        let world = Self::empty(Mode::Demo);
        world.fill().await;
        world
    }

    /// The same for the platform's backend.
    pub(crate) async fn service() -> Self {
        let world = Self::empty_service();
        world.fill().await;
        world
    }

    /// The same, within limits.
    pub(crate) async fn limited(limits: Limits) -> Self {
        let world = Self::of(Mode::Proven(Arc::new(authenticator())), Some(limits));
        world.fill().await;
        world
    }

    /// A store without accounts, for the platform's backend.
    pub(crate) fn empty_service() -> Self {
        Self::empty(Mode::Proven(Arc::new(authenticator())))
    }

    /// A store without accounts.
    pub(crate) fn empty(mode: Mode) -> Self {
        Self::of(mode, None)
    }

    fn of(mode: Mode, limits: Option<Limits>) -> Self {
        LazyLock::force(&LISTENER);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.db");
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&path, OpenMode::Create).unwrap());
        let engine = ENGINE.clone();
        let contacts = Arc::new(Contacts::new(engine.clone(), store.clone(), Arc::new(TestClock)));
        let directories = Arc::new(Directories::new(engine.clone(), store.clone(), Arc::new(TestClock)));
        let events = Arc::new(Events::new(engine.clone(), store.clone(), Arc::new(TestClock)));
        let service = matches!(mode, Mode::Proven(_));
        let app = App::new(contacts, directories.clone(), events.clone(), engine.clone(), store.clone(), mode);
        let router = router(match limits {
            Some(limits) => app.limited(limits, Arc::new(TestClock)),
            None => app,
        });
        Self { router, engine, store, directories, events, path, service, _folder: folder }
    }

    async fn fill(&self) {
        let acme = vec![
            member("u-maya", "Maya Lindqvist", "owner", json!({})),
            member("u-jonas", "Jonas Weber", "admin", json!({})),
            member("u-priya", "Priya Nair", "marketing", json!({ "accountSettings": "edit" })),
            member("u-tom", "Tom Baker", "analyst", json!({ "accountSettings": "view" })),
            member("u-lena", "Léna Øst", "admin", json!({ "lastLoginAt": "2025-09-01T00:00:00Z" })),
            member("u-omar", "Omar Haddad", "admin", json!({ "status": "deactivated" })),
            member("u-ines", "Inês Prado", "analyst", json!({ "status": "invited", "lastLoginAt": null })),
        ];
        self.put("acme", "Acme", "u-maya", acme, &[]).await;
        self.put("birch", "Birch", "u-otto", vec![member("u-otto", "Otto Birk", "owner", json!({}))], &[]).await;
    }

    /// Adds people to an account, and takes those in `left` out of it.
    pub(crate) async fn put(&self, account: &str, name: &str, owner: &str, people: Vec<Member>, left: &[&str]) {
        let entry = DirectoryEntry {
            account: account.parse().unwrap(),
            profile: Some((name.parse().unwrap(), id(owner))),
            people,
            left: left.iter().map(|left| id(left)).collect(),
        };
        self.directories.put_one(&entry).await.unwrap().unwrap();
    }

    /// A request without anything that says who asks.
    pub(crate) fn ask<'a>(&'a self, method: &'a str, path: &'a str) -> Ask<'a> {
        let headers = vec![("host", "localhost:8080")];
        Ask { world: self, method, path, headers, body: Body::empty() }
    }

    pub(crate) async fn get(&self, person: &str, path: &str) -> Answer {
        self.ask("GET", path).by(person).send().await
    }

    /// Makes somebody the contact of `acme`, on the designation of that version.
    pub(crate) async fn choose(&self, actor: &str, user_id: &str, version: i64) -> Answer {
        let etag = format!("\"v{version}\"");
        let body = json!({ "userId": user_id }).to_string();
        self.ask("PUT", CONTACT).by(actor).header("if-match", &etag).json(&body).send().await
    }

    pub(crate) async fn reset(&self, actor: &str, version: i64) -> Answer {
        self.ask("DELETE", CONTACT).by(actor).header("if-match", &format!("\"v{version}\"")).send().await
    }

    /// What a query on the store's file counts.
    pub(crate) fn count(&self, sql: &str) -> usize {
        let connection = rusqlite::Connection::open(&self.path).unwrap();
        connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap().try_into().unwrap()
    }

    /// Runs SQL on the store's file, behind the store's back.
    pub(crate) fn damage(&self, sql: &str) {
        let connection = rusqlite::Connection::open(&self.path).unwrap();
        connection.execute_batch(&format!("PRAGMA foreign_keys = OFF; {sql}")).unwrap();
    }
}

impl<'a> Ask<'a> {
    /// Says who asks, in the way of the mode.
    pub(crate) fn by(self, person: &'a str) -> Self {
        if self.world.service {
            self.header("authorization", AUTHORIZATION).header("security-contact-person", person)
        } else {
            self.header("x-view-as", person)
        }
    }

    pub(crate) fn header(mut self, name: &'a str, value: &'a str) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The same request to another host, or to none.
    pub(crate) fn host(mut self, host: Option<&'a str>) -> Self {
        self.headers.retain(|(name, _)| *name != "host");
        self.headers.extend(host.map(|host| ("host", host)));
        self
    }

    pub(crate) fn json(self, body: &str) -> Self {
        self.header("content-type", "application/json").body(body.to_owned())
    }

    pub(crate) fn body(self, body: impl Into<Body>) -> Self {
        Self { body: body.into(), ..self }
    }

    pub(crate) async fn send(self) -> Answer {
        let mut request = Request::builder().method(self.method).uri(self.path);
        for (name, value) in self.headers {
            request = request.header(name, value.as_bytes());
        }
        let response = self.world.router.clone().oneshot(request.body(self.body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    /// The headers but the id of the request, which is another each time.
    pub(crate) fn lasting_headers(&self) -> HeaderMap {
        let mut headers = self.headers.clone();
        headers.remove("x-request-id");
        headers
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The body of a success.
    #[track_caller]
    pub(crate) fn ok(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", String::from_utf8_lossy(&self.body));
        self.json()
    }

    /// The body of a problem, which has to be of that status and code.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, code: &str) -> Value {
        let body = self.json();
        assert_eq!((self.status.as_u16(), &body["code"]), (status, &json!(code)), "{body}");
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!((&body["type"], &body["status"]), (&json!("about:blank"), &json!(status)));
        let title = match self.status.as_u16() {
            413 => "Content Too Large",
            422 => "Unprocessable Content",
            _ => self.status.canonical_reason().unwrap(),
        };
        assert_eq!(body["title"], title);
        let challenge = self.header("www-authenticate");
        match code {
            "unauthenticated" => assert!(challenge.starts_with("Bearer"), "{challenge}"),
            "scope_required" => assert_eq!(challenge, r#"Bearer error="insufficient_scope""#),
            _ => assert_eq!(challenge, ""),
        }
        assert!(!body["detail"].as_str().unwrap().is_empty());
        body
    }
}

/// Somebody active who logged in a month ago, but for what `facts` says.
pub(crate) fn member(user_id: &str, name: &str, role: &str, facts: Value) -> Member {
    let mut person = json!({
        "id": user_id, "role": role, "accountSettings": "none", "status": "active",
        "lastLoginAt": "2026-09-01T00:00:00.000Z", "staffRole": null,
    });
    person.as_object_mut().unwrap().extend(facts.as_object().unwrap().clone());
    let email = format!("{}@acme.example", user_id.trim_start_matches("u-"));
    let person = serde_json::from_value(person).unwrap();
    Member { person, name: name.parse().unwrap(), email: Some(email.parse().unwrap()), unreachable_since: None }
}

fn id(text: &str) -> UserId {
    UserId::new(text).unwrap()
}
