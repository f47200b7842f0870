// One thread sends to a name that stands in no memory, while another puts memory there with the name of a server of the machine.
// must: exit 0
// cpu: 20
use std::net::UdpSocket;
use std::os::fd::AsRawFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

extern "C" {
    fn connect(socket: i32, name: *const u8, length: u32) -> i32;
    fn sendto(socket: i32, bytes: *const u8, length: usize, flags: i32, name: *const u8, name_length: u32) -> isize;
    fn sendmsg(socket: i32, message: *const u8, flags: i32) -> isize;
    fn sendmmsg(socket: i32, messages: *const u8, count: u32, flags: i32) -> i32;
    fn send(socket: i32, bytes: *const u8, length: usize, flags: i32) -> isize;
    fn mmap(at: *mut u8, length: usize, rights: i32, flags: i32, file: i32, offset: i64) -> *mut u8;
    fn mremap(at: *mut u8, length: usize, now: usize, flags: i32, to: *mut u8) -> *mut u8;
}

fn main() {
    let arguments: Vec<_> = std::env::args_os().collect();
    let theirs: u16 = arguments[2].to_str().unwrap().parse().unwrap();
    static DONE: AtomicBool = AtomicBool::new(false);
    const PAGE: usize = 0x1234_0000;
    const ASIDE: usize = 0x2345_0000;
    unsafe {
        let aside = ASIDE as *mut u8;
        assert_eq!(mmap(aside, 4096, 3, 0x32, -1, 0), aside);
        // The name, and behind it a message to it of one part.
        aside.cast::<[u16; 8]>().write([2, theirs.to_be(), 0x007f, 0x0100, 0, 0, 0, 0]);
        aside.add(64).cast::<[usize; 2]>().write([b"hello".as_ptr() as usize, 5]);
        aside.add(128).cast::<[usize; 8]>().write([PAGE, 16, PAGE + 64, 1, 0, 0, 0, 0]);
    }
    let mover = thread::spawn(move || {
        while !DONE.load(Ordering::Relaxed) {
            // There and away again, with all that is in it: fixed, and may move.
            unsafe {
                mremap(ASIDE as *mut u8, 4096, 4096, 3, PAGE as *mut u8);
                std::hint::spin_loop();
                mremap(PAGE as *mut u8, 4096, 4096, 3, ASIDE as *mut u8);
            }
            thread::yield_now();
        }
    });
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let connected = UdpSocket::bind("127.0.0.1:0").unwrap();
    let (socket_at, connected_at) = (socket.as_raw_fd(), connected.as_raw_fd());
    for _ in 0..1500 {
        unsafe {
            sendto(socket_at, b"hello".as_ptr(), 5, 0, PAGE as *const u8, 16);
            sendmsg(socket_at, (PAGE + 128) as *const u8, 0);
            sendmmsg(socket_at, (PAGE + 128) as *const u8, 1, 0);
            if connect(connected_at, PAGE as *const u8, 16) == 0 {
                send(connected_at, b"hello".as_ptr(), 5, 0);
            }
        }
    }
    DONE.store(true, Ordering::Relaxed);
    mover.join().unwrap();
    println!("done");
}
