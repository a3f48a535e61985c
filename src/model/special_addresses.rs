//! Which addresses are plain internet, and which are not: IANA's special-purpose registries (RFC 6890) and what clouds keep
//! for themselves.
//!
//! Come here when IANA adds a range. An IPv6 address that carries an IPv4 one inside (mapped, NAT64, 6to4, Teredo, …) is
//! refused whatever it carries: nobody publishes a receiver that way, and what a gateway on the way makes of it is not ours
//! to know.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

/// <https://www.iana.org/assignments/iana-ipv4-special-registry> and multicast.
const SPECIAL_V4: [Ipv4Net; 19] = [
    v4([0, 0, 0, 0], 8),       // this network
    v4([10, 0, 0, 0], 8),      // private
    v4([100, 64, 0, 0], 10),   // shared by carriers
    v4([127, 0, 0, 0], 8),     // loopback
    v4([169, 254, 0, 0], 16),  // link-local, and most clouds' metadata
    v4([172, 16, 0, 0], 12),   // private
    v4([192, 0, 0, 0], 24),    // IETF protocols
    v4([192, 0, 2, 0], 24),    // documentation
    v4([192, 31, 196, 0], 24), // AS112
    v4([192, 52, 193, 0], 24), // AMT
    v4([192, 88, 99, 0], 24),  // 6to4 relays
    v4([192, 168, 0, 0], 16),  // private
    v4([192, 175, 48, 0], 24), // AS112
    v4([198, 18, 0, 0], 15),   // benchmarks
    v4([198, 51, 100, 0], 24), // documentation
    v4([203, 0, 113, 0], 24),  // documentation
    v4([224, 0, 0, 0], 4),     // multicast
    v4([240, 0, 0, 0], 4),     // reserved
    v4([255, 255, 255, 255], 32),
];

/// Global unicast: everything outside of it is special (loopback, mapped and compatible, NAT64, discard, unique local,
/// link-local, SRv6, multicast, and what nobody has assigned).
const GLOBAL_V6: Ipv6Net = v6([0x2000, 0, 0, 0], 3);

/// <https://www.iana.org/assignments/iana-ipv6-special-registry>, as far as it lies inside of global unicast.
const SPECIAL_V6: [Ipv6Net; 5] = [
    v6([0x2001, 0, 0, 0], 23),      // IETF protocols: Teredo, benchmarks, AMT, AS112, ORCHID, DRIP
    v6([0x2001, 0x0DB8, 0, 0], 32), // documentation
    v6([0x2002, 0, 0, 0], 16),      // 6to4
    v6([0x2620, 0x004F, 0x8000, 0], 48), // AS112
    v6([0x3FFF, 0, 0, 0], 20),      // documentation
];

/// Where clouds hand out the credentials of the machine to anybody who asks from it. Most are in special ranges anyway; they
/// are named so that allowing a range (`100.64.0.0/10`, `fc00::/7`) does not open them by accident.
const METADATA: [IpAddr; 9] = [
    IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)), // nearly all of them
    IpAddr::V4(Ipv4Addr::new(169, 254, 170, 2)),   // containers on AWS
    IpAddr::V4(Ipv4Addr::new(169, 254, 170, 23)),  // Kubernetes on AWS
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)), // Alibaba
    IpAddr::V4(Ipv4Addr::new(192, 0, 0, 192)),     // Oracle
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),   // Azure, on an address that looks public
    IpAddr::V6(Ipv6Addr::new(0xFD00, 0x0EC2, 0, 0, 0, 0, 0, 0x0254)), // AWS
    IpAddr::V6(Ipv6Addr::new(0xFD00, 0x0EC2, 0, 0, 0, 0, 0, 0x0023)), // Kubernetes on AWS
    IpAddr::V6(Ipv6Addr::new(0xFD20, 0x00CE, 0, 0, 0, 0, 0, 0x0254)), // Google
];

/// Whether an address is plain internet: a stranger may have something of ours delivered there.
pub fn is_internet(address: IpAddr) -> bool {
    let special = match address {
        IpAddr::V4(address) => SPECIAL_V4.iter().any(|range| range.contains(&address)),
        IpAddr::V6(address) => !GLOBAL_V6.contains(&address) || SPECIAL_V6.iter().any(|range| range.contains(&address)),
    };
    !special && !is_metadata(address)
}

/// Whether a cloud answers here with the machine's own credentials.
pub fn is_metadata(address: IpAddr) -> bool {
    METADATA.contains(&address)
}

const fn v4([a, b, c, d]: [u8; 4], length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6([a, b, c, d]: [u16; 4], length: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0), length)
}

#[cfg(test)]
mod tests;
