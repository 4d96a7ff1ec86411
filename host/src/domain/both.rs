//! Waiting for two things at once, whichever runtime drives them.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

/// Drives two futures together until both are done.
pub(super) async fn both<A: Future, B: Future>(first: A, second: B) -> (A::Output, B::Output) {
    let (mut first, mut second) = (pin!(first), pin!(second));
    let (mut one, mut two) = (None, None);
    poll_fn(|context| {
        if one.is_none()
            && let Poll::Ready(done) = first.as_mut().poll(context)
        {
            one = Some(done);
        }
        if two.is_none()
            && let Poll::Ready(done) = second.as_mut().poll(context)
        {
            two = Some(done);
        }
        match (one.take(), two.take()) {
            (Some(one), Some(two)) => Poll::Ready((one, two)),
            not_yet => {
                (one, two) = not_yet;
                Poll::Pending
            }
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::both;

    #[tokio::test]
    async fn each_goes_on_while_the_other_waits() {
        let (to_first, told_first) = oneshot::channel();
        let (to_second, told_second) = oneshot::channel();
        let first = async {
            to_second.send(2).unwrap();
            told_first.await.unwrap()
        };
        let second = async {
            let told = told_second.await.unwrap();
            to_first.send("one").unwrap();
            told
        };
        assert_eq!(both(first, second).await, ("one", 2));
        assert_eq!(both(async { 1 }, async { 2 }).await, (1, 2));
    }
}
