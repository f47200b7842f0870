// One thread turns to a peer of the run, while another changes the name in memory to a server of the machine.
// must: exit 0
// cpu: 20
use std::net::{TcpListener, UdpSocket};
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU16, Ordering};
use std::thread;

extern "C" {
    fn socket(family: i32, kind: i32, protocol: i32) -> i32;
    fn connect(socket: i32, name: *const u8, length: u32) -> i32;
    fn bind(socket: i32, name: *const u8, length: u32) -> i32;
    fn sendto(socket: i32, bytes: *const u8, length: usize, flags: i32, name: *const u8, name_length: u32) -> isize;
    fn sendmsg(socket: i32, message: *const Message, flags: i32) -> isize;
    fn sendmmsg(socket: i32, messages: *const Message, count: u32, flags: i32) -> i32;
    fn dup2(one: i32, other: i32) -> i32;
    fn close(descriptor: i32) -> i32;
}

#[repr(C)]
struct Message {
    name: *const u8,
    name_length: u32,
    parts: *const (*const u8, usize),
    count: usize,
    control: *const u8,
    control_length: usize,
    flags: i32,
    sent: u32,
    unused: u32,
}

fn main() {
    let arguments: Vec<_> = std::env::args_os().collect();
    let theirs: u16 = arguments[2].to_str().unwrap().parse().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let ours = listener.local_addr().unwrap().port();
    let receiver = UdpSocket::bind(("127.0.0.1", ours)).unwrap();
    thread::spawn(move || for _ in listener.incoming() {});
    thread::spawn(move || while receiver.recv(&mut [0; 8]).is_ok() {});

    // A name of 16 bytes: family, port, 127.0.0.1.
    let name: &'static mut [u16; 8] = Box::leak(Box::new([2, ours.to_be(), 0x007f, 0x0100, 0, 0, 0, 0]));
    let port = unsafe { &*(&raw const name[1]).cast::<AtomicU16>() };
    let at = name.as_ptr().cast::<u8>() as usize;
    let part: &'static (*const u8, usize) = Box::leak(Box::new((b"hello".as_ptr(), 5)));
    let message: &'static Message = Box::leak(Box::new(Message {
        name: std::ptr::null(), name_length: 16, parts: part, count: 1, control: std::ptr::null(), control_length: 0, flags: 0, sent: 0,
        unused: 0,
    }));
    let named = unsafe { &*(&raw const message.name).cast::<AtomicPtr<u8>>() };

    // A path, then one of another folder.
    let mut path = [0_u8; 110];
    path[0] = 1;
    path[2..6].copy_from_slice(b"door");
    let secret = [b"/", arguments[1].as_bytes()].concat();
    let mut other = [0_u8; 110];
    other[0] = 1;
    let folder = secret.strip_suffix(b"spec.toml").unwrap();
    other[2..2 + folder.len()].copy_from_slice(folder);
    other[2 + folder.len()..6 + folder.len()].copy_from_slice(b"door");
    let paths: &'static mut [[u8; 110]; 1] = Box::leak(Box::new([path]));
    let paths_at = paths.as_ptr() as usize;
    let door = std::os::unix::net::UnixListener::bind("door").unwrap();
    thread::spawn(move || for _ in door.incoming() {});

    static DONE: AtomicBool = AtomicBool::new(false);
    let flipper = thread::spawn(move || {
        while !DONE.load(Ordering::Relaxed) {
            for _ in 0..50 {
                port.store(theirs.to_be(), Ordering::Relaxed);
                named.store(at as *mut u8, Ordering::Relaxed);
                unsafe { std::ptr::copy_nonoverlapping(other.as_ptr(), paths_at as *mut u8, 110) };
                std::hint::spin_loop();
                port.store(ours.to_be(), Ordering::Relaxed);
                named.store(std::ptr::null_mut(), Ordering::Relaxed);
                unsafe { std::ptr::copy_nonoverlapping(path.as_ptr(), paths_at as *mut u8, 110) };
            }
            thread::yield_now();
        }
    });
    let datagrams = UdpSocket::bind("127.0.0.1:0").unwrap();
    for _ in 0..300 {
        unsafe {
            let stream = socket(2, 1, 0);
            connect(stream, at as *const u8, 16);
            close(stream);
            let local = socket(1, 1, 0);
            connect(local, paths_at as *const u8, 110);
            // The number stands for another socket by now.
            dup2(datagrams.as_raw_fd(), local);
            sendmsg(local, message, 0);
            close(local);
            sendto(datagrams.as_raw_fd(), b"hello".as_ptr(), 5, 0, at as *const u8, 16);
            sendmsg(datagrams.as_raw_fd(), message, 0);
            sendmmsg(datagrams.as_raw_fd(), message, 1, 0);
            let last = socket(2, 1, 0);
            bind(last, at as *const u8, 16);
            close(last);
        }
    }
    DONE.store(true, Ordering::Relaxed);
    flipper.join().unwrap();
    println!("done");
}
