//! The addresses that a key may be used from: networks and single addresses, of IPv4 and IPv6 (RFC 4632, RFC 4291).

use std::fmt;
use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};

/// How many entries a list has at most. Each is looked at for a request of the key.
pub const MOST: usize = 100;

/// An IPv4 address within IPv6 has 96 bits before it (RFC 4291, section 2.5.5.2).
const MAPPED: u8 = 96;

/// Where a key may be used from. An empty list says nothing: from anywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct AddressList(Vec<IpNet>);

impl AddressList {
    /// Reads entries as people and programs write them: an address, or a network with the length of its prefix.
    pub fn parse<T: AsRef<str>>(entries: &[T]) -> Result<Self, String> {
        let mut networks = Vec::new();
        for entry in entries {
            let network = parse(entry.as_ref())?;
            if !networks.contains(&network) {
                networks.push(network);
            }
        }
        if networks.len() > MOST {
            return Err(format!("List at most {MOST} addresses and networks."));
        }
        Ok(Self(networks))
    }

    /// The entries of a field where people write several: one a line, or with spaces, commas or semicolons between them.
    pub fn entries(typed: &str) -> Vec<String> {
        let entries = typed.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';'));
        entries
            .filter(|entry| !entry.is_empty())
            .map(ToOwned::to_owned)
            .collect()
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One that is on it.
    pub fn an_address(&self) -> Option<IpAddr> {
        self.0.first().map(IpNet::addr)
    }

    /// Whether a request from this address is all right. One from nobody knows where is on no list.
    #[inline]
    pub fn permits(&self, address: Option<IpAddr>) -> bool {
        self.0.is_empty() || address.is_some_and(|address| self.includes(address))
    }

    fn includes(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Whether it permits nothing that another one does not.
    pub fn is_within(&self, other: &Self) -> bool {
        let is_in_other = |network: &IpNet| other.0.iter().any(|outer| outer.contains(network));
        other.0.is_empty() || (!self.0.is_empty() && self.0.iter().all(is_in_other))
    }

    /// Its entries, as they are written: `203.0.113.7`, `2001:db8::/32`.
    pub fn texts(&self) -> Vec<String> {
        self.0.iter().map(text).collect()
    }
}

impl fmt::Display for AddressList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.texts().join(", "))
    }
}

fn text(network: &IpNet) -> String {
    if network.prefix_len() == network.max_prefix_len() {
        network.addr().to_string()
    } else {
        network.to_string()
    }
}

fn parse(entry: &str) -> Result<IpNet, String> {
    let network = entry
        .parse()
        .or_else(|_| entry.parse::<IpAddr>().map(IpNet::from))
        .map_err(|_| {
            let entry: String = entry.chars().take(64).collect();
            format!(
                "“{entry}” is no address and no network. Write one like 203.0.113.7, 203.0.113.0/24, 2001:db8::7 or 2001:db8::/32."
            )
        })?;
    let network = canonical(network);
    if network.prefix_len() == 0 {
        return Err(format!("{network} is every address there is: leave the list empty."));
    }
    let whole = network.trunc();
    if whole == network {
        Ok(network)
    } else {
        // Was one address meant, or all of them? Nobody can tell.
        Err(format!(
            "{network} has more digits than its prefix: write {whole} for the network, or {} for the address.",
            network.addr()
        ))
    }
}

/// What is written as IPv4 within IPv6 is IPv4: so do requests come, too.
fn canonical(network: IpNet) -> IpNet {
    match network {
        IpNet::V6(six) if six.prefix_len() >= MAPPED => {
            let four = six.addr().to_ipv4_mapped();
            let four = four.and_then(|four| Ipv4Net::new(four, six.prefix_len() - MAPPED).ok());
            four.map_or(network, IpNet::V4)
        }
        _ => network,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn list(entries: &[&str]) -> AddressList {
        AddressList::parse(entries).unwrap()
    }

    fn from(address: &str) -> Option<IpAddr> {
        Some(address.parse().unwrap())
    }

    #[test]
    fn addresses_and_networks_of_both_kinds_are_read() {
        for (written, kept) in [
            ("203.0.113.7", "203.0.113.7"),
            ("203.0.113.7/32", "203.0.113.7"),
            ("203.0.113.0/24", "203.0.113.0/24"),
            ("2001:DB8:0::7", "2001:db8::7"),
            ("2001:db8::/32", "2001:db8::/32"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("::ffff:203.0.113.0/120", "203.0.113.0/24"),
        ] {
            assert_eq!(list(&[written]).texts(), [kept], "{written}");
        }
    }

    #[test]
    fn what_is_neither_says_how_to_write_it() {
        for (written, said) in [
            ("", "is no address"),
            ("localhost", "is no address"),
            ("203.0.113", "is no address"),
            ("203.0.113.*", "is no address"),
            ("203.0.113.7:443", "is no address"),
            ("203.0.113.1-203.0.113.9", "is no address"),
            ("203.0.113.007", "is no address"),
            ("203.0.113.0/33", "is no address"),
            ("203.0.113.0/255.255.255.0", "is no address"),
            ("[2001:db8::7]", "is no address"),
            ("fe80::1%eth0", "is no address"),
            (" 203.0.113.7", "is no address"),
            (
                "203.0.113.7/24",
                "write 203.0.113.0/24 for the network, or 203.0.113.7 for the address",
            ),
            ("2001:db8::7/32", "write 2001:db8::/32 for the network"),
            ("0.0.0.0/0", "every address"),
            ("::/0", "every address"),
            ("::ffff:0.0.0.0/96", "every address"),
        ] {
            let told = AddressList::parse(&[written]).unwrap_err();
            assert!(told.contains(said), "{written}: {told}");
        }
    }

    #[test]
    fn a_list_is_short_and_has_each_entry_once() {
        assert_eq!(list(&["203.0.113.7", "203.0.113.7/32"]).texts(), ["203.0.113.7"]);
        let many: Vec<_> = (0..=MOST).map(|n| format!("2001:db8::{n:x}")).collect();
        assert!(AddressList::parse(&many).unwrap_err().contains("at most 100"));
        assert!(AddressList::parse(&many[1..]).is_ok());
    }

    #[test]
    fn an_empty_list_permits_everybody_and_another_nobody_from_nowhere() {
        assert!(list(&[]).permits(None));
        assert!(list(&[]).permits(from("203.0.113.7")));
        let some = list(&["203.0.113.0/24", "2001:db8::/32"]);
        for (address, is_permitted) in [
            ("203.0.113.255", true),
            ("203.0.114.0", false),
            ("::ffff:203.0.113.9", true),
            ("2001:db8:ffff::1", true),
            ("2001:db9::1", false),
            ("::cb00:7109", false),
        ] {
            assert_eq!(some.permits(from(address)), is_permitted, "{address}");
        }
        assert!(!some.permits(None));
    }

    #[test]
    fn what_people_type_is_taken_apart() {
        assert_eq!(
            AddressList::entries(" 203.0.113.7,\r\n2001:db8::/32 ; 203.0.113.9\t"),
            ["203.0.113.7", "2001:db8::/32", "203.0.113.9"]
        );
        assert!(AddressList::entries(" \n ").is_empty());
    }

    fn any_list() -> impl Strategy<Value = AddressList> {
        // Near enough to each other that they meet.
        let network = (0u8..4, 28u8..=32).prop_map(|(low, length)| {
            let network = Ipv4Net::new([203, 0, 113, low * 5].into(), length).unwrap();
            IpNet::V4(network.trunc())
        });
        prop::collection::vec(network, 0..4).prop_map(AddressList)
    }

    proptest! {
        #[test]
        fn a_list_within_another_permits_nothing_else(one in any_list(), other in any_list(), low in 0u8..32) {
            let address = Some(IpAddr::from([203, 0, 113, low]));
            if one.is_within(&other) && one.permits(address) {
                prop_assert!(other.permits(address));
            }
        }

        #[test]
        fn what_is_kept_is_read_as_the_same(one in any_list()) {
            let again = AddressList::parse(&one.texts()).unwrap();
            prop_assert!(again.is_within(&one) && one.is_within(&again));
        }

        #[test]
        fn nothing_that_is_typed_makes_it_panic(typed in ".{0,60}") {
            let _ = AddressList::parse(&AddressList::entries(&typed));
            let _ = AddressList::parse(&[typed]);
        }
    }
}
