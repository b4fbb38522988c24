use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::*;

/// A stream whose every write takes a word that it has begun, and then its outcome.
struct Slow {
    outcomes: Receiver<io::Result<()>>,
    written: Arc<Mutex<String>>,
}

impl Write for Slow {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Once the test sends no more, everything is taken.
        self.outcomes.recv().unwrap_or(Ok(()))?;
        self.outcomes.recv().unwrap_or(Ok(()))?;
        let text = std::str::from_utf8(bytes).expect("text");
        self.written.lock().expect("whole").push_str(text);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn queue() -> (OutputQueue, SyncSender<io::Result<()>>, Arc<Mutex<String>>) {
    // Without room: what was sent was taken.
    let (results, outcomes) = sync_channel(0);
    let written = Arc::default();
    let slow = Slow {
        outcomes,
        written: Arc::clone(&written),
    };
    (OutputQueue::new("slow", || slow), results, written)
}

fn line(number: usize) -> Vec<u8> {
    format!("line {number:>58}\n").into_bytes()
}

#[test]
fn everything_is_written_in_order_where_it_is_read() {
    let (queue, results, written) = queue();
    drop(results);
    for number in 0..100 {
        queue.push(line(number));
    }
    queue.flush();
    let expected: Vec<u8> = (0..100).flat_map(line).collect();
    assert_eq!(written.lock().unwrap().as_bytes(), expected);
}

#[test]
fn the_oldest_lines_are_dropped_where_it_is_not_and_counted_once() {
    let (queue, results, written) = queue();
    queue.push(line(0));
    results.send(Ok(())).unwrap();
    // The first line is being written from here on.
    let lines = 3 * CAPACITY / line(0).len();
    for number in 1..lines {
        queue.push(line(number));
    }
    assert!(queue.0.lock().bytes <= CAPACITY);
    drop(results);
    queue.flush();
    let written = written.lock().unwrap();
    assert!(written.as_bytes().ends_with(&line(lines - 1)));
    let notices: Vec<_> = written.lines().filter(|l| l.starts_with('(')).collect();
    let [notice] = notices[..] else {
        panic!("{notices:?}")
    };
    let kept = written.lines().count() - 1;
    assert_eq!(
        notice,
        format!("(not written in time, so dropped: {} lines)", lines - kept)
    );
}

#[test]
fn a_full_disk_is_tried_again_and_a_closed_pipe_is_not() {
    let (queue, results, written) = queue();
    let push = |number, outcome: Result<(), io::ErrorKind>| {
        queue.push(line(number));
        results.send(Ok(())).unwrap();
        results.send(outcome.map_err(io::Error::from)).unwrap();
    };
    push(0, Err(io::ErrorKind::StorageFull));
    push(1, Err(io::ErrorKind::StorageFull));
    push(2, Ok(()));
    queue.flush();
    let expected = "(not written in time, so dropped: 2 lines)\n".to_owned();
    let expected = expected + &String::from_utf8(line(2)).unwrap();
    assert_eq!(*written.lock().unwrap(), expected);

    push(3, Err(io::ErrorKind::BrokenPipe));
    // The thread ends then.
    assert!(results.send(Ok(())).is_err());
    queue.push(line(4));
    queue.flush();
    assert!(queue.0.lock().waiting.is_empty());
    assert_eq!(*written.lock().unwrap(), expected);
}
