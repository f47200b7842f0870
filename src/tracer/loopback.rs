use std::net::UdpSocket;
use std::time::Duration;

/// A way to know that all packets under way on this CPU's loopback have arrived.
#[derive(Debug, Default)]
pub(super) struct Loopback {
    socket: Option<UdpSocket>,
}

impl Loopback {
    fn open() -> std::io::Result<UdpSocket> {
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
        let mut byte = [0];
        socket.send(&[0]).is_ok() && socket.recv(&mut byte).is_ok()
    }
}
