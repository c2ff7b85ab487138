//! Names and addresses for expressions (`resolve_dns`, `reverse_dns`), remembered for three minutes.

use std::net::IpAddr;
use std::time::Duration;

use moka::sync::Cache;

/// How long an answer is remembered.
const MEMORY: Duration = Duration::from_secs(180);
/// How many answers are remembered.
const MOST: u64 = 1_000;
/// The longest that the system's resolver may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// The resolver of the system with a memory.
#[derive(Debug)]
pub struct Names {
    addresses: Cache<String, Vec<IpAddr>>,
    names: Cache<IpAddr, String>,
}

impl Default for Names {
    fn default() -> Self {
        Self {
            addresses: Cache::builder().max_capacity(MOST).time_to_live(MEMORY).build(),
            names: Cache::builder().max_capacity(MOST).time_to_live(MEMORY).build(),
        }
    }
}

impl Names {
    /// The addresses of a name, of one version (4 or 6) or both; none when it has none.
    ///
    /// # Errors
    /// For another version, or when the resolver does not answer in time.
    pub async fn resolve(&self, host: &str, ip_version: Option<u8>) -> Result<Vec<String>, String> {
        if !matches!(ip_version, None | Some(4 | 6)) {
            return Err("ip_version is 4 or 6".to_owned());
        }
        let found = match self.addresses.get(host) {
            Some(found) => found,
            None => {
                let looked_up = tokio::time::timeout(PATIENCE, tokio::net::lookup_host((host, 0))).await;
                let mut found: Vec<IpAddr> = match looked_up {
                    Err(_) => return Err(format!("nobody answered in time for {host}")),
                    Ok(Err(_)) => Vec::new(),
                    Ok(Ok(addresses)) => addresses.map(|address| address.ip()).collect(),
                };
                found.sort_unstable();
                found.dedup();
                self.addresses.insert(host.to_owned(), found.clone());
                found
            }
        };
        let wanted = |address: &&IpAddr| ip_version.is_none_or(|version| (version == 4) == address.is_ipv4());
        Ok(found.iter().filter(wanted).map(ToString::to_string).collect())
    }

    /// The name of an address, or the address itself when it has none.
    ///
    /// # Errors
    /// For what is no address, or when the resolver does not answer in time.
    pub async fn reverse(&self, ip: &str) -> Result<String, String> {
        let address: IpAddr = ip.parse().map_err(|_| format!("{ip} is no address"))?;
        if let Some(name) = self.names.get(&address) {
            return Ok(name);
        }
        let looked_up = tokio::task::spawn_blocking(move || dns_lookup::lookup_addr(&address));
        let name = match tokio::time::timeout(PATIENCE, looked_up).await {
            Err(_) => return Err(format!("nobody answered in time for {ip}")),
            Ok(Ok(Ok(name))) => name,
            Ok(_) => address.to_string(),
        };
        self.names.insert(address, name.clone());
        Ok(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_own_machine_has_a_name_and_addresses() {
        let names = Names::default();
        assert_eq!(names.resolve("127.0.0.1", Some(4)).await.unwrap(), ["127.0.0.1"]);
        assert!(names.resolve("127.0.0.1", Some(6)).await.unwrap().is_empty());
        assert!(names.resolve("localhost", Some(7)).await.is_err());
        assert!(names.reverse("no address").await.is_err());
        assert!(!names.reverse("127.0.0.1").await.unwrap().is_empty());
    }
}
