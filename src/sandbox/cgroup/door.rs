//! A thread of ours that is in a group, and makes the processes that are to be in it.
//!
//! To move a process into a group takes a lock on all forks of the machine, for which the kernel waits until every processor
//! has been elsewhere: ten milliseconds and more on a busy one. What a thread of the group makes is in it from the start. Only
//! the hierarchies of version 1 have groups of single threads; memory of ours is charged to our first thread's group all the
//! same.

use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

use super::files::write;

type Order = Box<dyn FnOnce() + Send>;

/// Stands open as long as this lives: what it has started dies with it.
#[derive(Debug)]
pub(super) struct Door {
    /// None once it closes.
    orders: Option<Sender<Order>>,
    thread: Option<JoinHandle<()>>,
}

impl Door {
    /// A thread in all of these groups.
    pub(super) fn open(groups: Vec<PathBuf>) -> io::Result<Self> {
        let (orders, ordered) = channel::<Order>();
        let (entered, hears) = channel();
        let thread = std::thread::Builder::new().name("group".to_owned()).spawn(move || {
            let result = groups.iter().try_for_each(|group| write(group, "tasks", "0"));
            let is_in = result.is_ok();
            let _who_asks_waits = entered.send(result);
            while is_in && let Ok(order) = ordered.recv() {
                order();
            }
        })?;
        let door = Self { orders: Some(orders), thread: Some(thread) };
        hears.recv().map_err(io::Error::other)??;
        Ok(door)
    }

    /// Does something on that thread, and waits for what comes of it.
    pub(super) fn call<T: Send + 'static>(&self, what: impl FnOnce() -> T + Send + 'static) -> io::Result<T> {
        let (answers, answer) = channel();
        let order = Box::new(move || drop(answers.send(what())));
        let orders = self.orders.as_ref().ok_or(io::ErrorKind::BrokenPipe)?;
        orders.send(order).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        answer.recv().map_err(io::Error::other)
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        drop(self.orders.take());
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}
