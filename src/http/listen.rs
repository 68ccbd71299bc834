//! Where the port listens: with room for a crowd at the door, and little of what nobody reads kept by the system.

use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpSocket};

/// How many connections may wait to be accepted? As many as Linux lets wait (`net.core.somaxconn`). Beyond them it
/// keeps nothing of a connection, but its peer may have been told that there is one: nobody could ever close it. The
/// standard library's 128 are too few for a crowd that comes at once.
const BACKLOG: u32 = 4096;

/// How many bytes of an answer does the system take before its peer has? Linux takes twice as many, and 4 MiB when
/// nobody says so: times the connections, more than a small machine has, and a peer that reads nothing would be
/// noticed late.
const SEND_BUFFER: u32 = 128 * 1024;

/// Listens on `addr`; accepted connections have the same buffers.
///
/// # Errors
/// When the system refuses: mostly because somebody else listens there.
pub fn listen(addr: SocketAddr) -> io::Result<TcpListener> {
    let socket = if addr.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // Connections of the process before linger for a minute; they are no reason not to start. Elsewhere than on Unix
    // it would mean that two may listen at once.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.bind(addr)?;
    socket.listen(BACKLOG)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::AsyncWriteExt as _;
    use tokio::net::TcpStream;

    use super::*;

    const HANGS: Duration = Duration::from_secs(20);

    fn anywhere() -> TcpListener {
        listen("127.0.0.1:0".parse().unwrap()).unwrap()
    }

    #[tokio::test]
    async fn a_crowd_that_comes_while_nobody_is_let_in_is_let_in_later() {
        let listener = anywhere();
        let addr = listener.local_addr().unwrap();
        let mut crowd = Vec::new();
        for _ in 0..400 {
            crowd.push(TcpStream::connect(addr).await.unwrap());
        }
        for _ in &crowd {
            // Nobody says a word: what the system has forgotten of them they could not remind it of.
            tokio::time::timeout(HANGS, listener.accept()).await.expect("somebody is forgotten").unwrap();
        }
    }

    #[tokio::test]
    async fn of_what_nobody_reads_little_is_kept() {
        let listener = anywhere();
        let reader = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (mut answering, _) = listener.accept().await.unwrap();
        let mut taken = 0;
        let piece = vec![0; 64 * 1024];
        while let Ok(written) = tokio::time::timeout(Duration::from_secs(1), answering.write(&piece)).await {
            taken += written.unwrap();
            assert!(taken < 2 * 1024 * 1024, "the system takes all of it");
        }
        drop(reader);
    }

    #[tokio::test]
    async fn only_one_listens_on_an_address() {
        let first = anywhere();
        let second = listen(first.local_addr().unwrap());
        assert_eq!(second.unwrap_err().kind(), io::ErrorKind::AddrInUse);
    }
}
