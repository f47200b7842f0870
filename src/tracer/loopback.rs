use std::io;
use std::net::UdpSocket;
use std::time::Duration;

/// A way to know that all packets under way on this CPU's loopback have arrived.
#[derive(Debug, Default)]
pub(super) struct Loopback {
    socket: Option<UdpSocket>,
    /// The number of the last packet that was sent.
    sent: u32,
}

impl Loopback {
    fn open() -> io::Result<UdpSocket> {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        socket.connect(socket.local_addr()?)?;
        socket.set_read_timeout(Some(Duration::from_millis(5)))?;
        Ok(socket)
    }

    /// Sends a packet to ourselves and waits for it. False where that is not possible.
    pub(super) fn flush(&mut self) -> bool {
        if self.socket.is_none() {
            self.socket = Self::open().ok();
        }
        let Some(socket) = &self.socket else { return false };
        self.sent = self.sent.wrapping_add(1);
        let number = self.sent.to_ne_bytes();
        if socket.send(&number).is_err() {
            return false;
        }
        // On a busy machine an earlier one may have come too late for its own wait: it says nothing of what was sent since.
        let mut came = [0; 4];
        while came != number {
            if socket.recv(&mut came).is_err() {
                return false;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::Loopback;

    #[test]
    fn a_packet_that_came_too_late_for_its_own_wait_is_not_taken_for_the_next_one() {
        let mut loopback = Loopback::default();
        assert!(loopback.flush());
        let socket = loopback.socket.as_ref().expect("it was opened");
        socket.send(&loopback.sent.to_ne_bytes()).expect("a packet to ourselves");
        assert!(loopback.flush());
        let socket = loopback.socket.as_ref().expect("it was opened");
        socket.set_nonblocking(true).expect("a socket of ours");
        assert!(socket.recv(&mut [0; 4]).is_err(), "nothing is left for the next wait");
    }
}
