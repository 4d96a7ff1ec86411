//! A request with a key that comes again: what is kept of it, and how it is told from another one.

use super::contacts::{Answered, Request, Wish};
use super::model::Remembered;

/// The answer as it is kept for the same request, if that could come.
pub(super) fn remembered(request: &Request<'_>, answered: &Answered) -> Option<Remembered> {
    request.once.as_ref().map(|once| Remembered {
        actor: request.actor.clone(),
        key: once.key.clone(),
        request: words_of(request),
        answer: (once.write)(answered),
    })
}

/// What is asked for, as text that is equal for equal requests.
pub(super) fn words_of(request: &Request<'_>) -> String {
    let version = request.version.map_or_else(|| "any".to_owned(), |version| version.to_string());
    // Each way of asking has its own form of answers, so that a request that came another way is another one.
    let way = request.authenticated;
    match request.wish {
        Wish::Designate(user_id) => format!("{way} designate {version} {user_id}"),
        Wish::Reset => format!("{way} reset {version}"),
    }
}
