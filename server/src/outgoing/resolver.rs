//! Names to addresses: the client asks here at the moment it dials, so that the address that is checked is the address that
//! is dialled, and a name that changes its address between two questions gains nothing.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::addresses::Guard;

/// The answer of a [`Lookup`], later.
pub type Addresses = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Asks for the addresses of a name. The system's own, unless a test gives another.
pub type Lookup = Arc<dyn Fn(String) -> Addresses + Send + Sync>;

/// The resolver of the operating system.
pub(super) fn of_the_system() -> Lookup {
    Arc::new(|name| {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    })
}

/// A name with no address that may be reached.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{name} is at {address}, where outgoing calls may not go")]
pub(super) struct Closed {
    pub(super) name: String,
    pub(super) address: IpAddr,
}

/// Gives only addresses that may be reached.
pub(super) struct Filtering {
    pub(super) lookup: Lookup,
    pub(super) guard: Guard,
    /// For a client that speaks plain http.
    pub(super) plain: bool,
}

impl Resolve for Filtering {
    fn resolve(&self, name: Name) -> Resolving {
        let name = name.as_str().to_owned();
        let (guard, plain) = (self.guard.clone(), self.plain);
        let answer = (self.lookup)(name.clone());
        Box::pin(async move {
            let found = answer.await?;
            let refused = found.first().copied();
            let open: Vec<SocketAddr> = found
                .into_iter()
                .filter(|address| guard.permits(*address, plain))
                .map(|address| SocketAddr::new(address, 0))
                .collect();
            match refused {
                Some(address) if open.is_empty() => Err(Closed { name, address }.into()),
                None => Err(io::Error::new(io::ErrorKind::NotFound, format!("{name} has no address")).into()),
                Some(_) => Ok(Box::new(open.into_iter()) as Addrs),
            }
        })
    }
}
