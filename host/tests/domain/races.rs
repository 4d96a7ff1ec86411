//! Many at once.

use std::sync::Arc;

use security_contact_host::domain::{Answered, Wish};

use crate::world::{World, acme, id, request};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_writers_on_one_version_have_one_winner() {
    let world = Arc::new(World::new().await);
    let version = world.snapshot().await.version;
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..64 {
        let world = world.clone();
        let wish = Wish::Designate(id(if writer % 2 == 0 { "ada" } else { "ed" }));
        writers.spawn(async move { world.contacts.change(&request(&acme(), &id("olga"), &wish, Some(version))).await });
    }
    let answers = writers.join_all().await;
    let changed = answers.iter().filter(|answer| matches!(answer, Ok(Answered::Changed(_)))).count();
    let lost = answers.iter().filter(|answer| matches!(answer, Ok(Answered::Conflict(_)))).count();
    assert_eq!((changed, lost), (1, 63));
    assert_eq!((world.history().await.len(), world.mails().await.len()), (1, 2));
}
