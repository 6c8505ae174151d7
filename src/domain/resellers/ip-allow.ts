import ipaddr from 'ipaddr.js'
import { ipRangesPerKeyMax } from '../../../schema/rest/keys.ts'
import { Problem } from '../../base/problem.ts'
import type { IpRange } from './keyring.ts'

/**
 * Reads an IP allow-list: addresses and CIDR ranges, v4 and v6. A single address becomes a range of one, the bits behind the
 * prefix become zero, an IPv4 address written as IPv6 becomes IPv4 (so are they compared), and what stands twice stands once.
 */
export function readIpAllow (entries: readonly string[]): readonly string[] {
  if (entries.length > ipRangesPerKeyMax) throw refusal('/ip_allow', `must have at most ${ipRangesPerKeyMax} entries`)
  return [...new Set(entries.map((entry, index) => {
    const range = readRange(entry)
    if (!range) throw refusal(`/ip_allow/${index}`, 'must be an IPv4 or IPv6 address, or a range in CIDR notation')
    return range
  }))]
}

/** Whether every address that the inner list allows is allowed by the outer one; an empty list allows all. */
export function isNoWider (inner: readonly string[], outer: readonly string[]): boolean {
  if (outer.length === 0) return true
  const ranges = outer.map(range => ipaddr.parseCIDR(range))
  return inner.length > 0 && inner.every(text => {
    const [address, bits] = ipaddr.parseCIDR(text)
    return ranges.some(range => range[0].kind() === address.kind() && range[1] <= bits && address.match(range as [ipaddr.IPv4, number]))
  })
}

function readRange (entry: string): string | undefined {
  const [address = '', prefix, ...rest] = entry.split('/')
  if (rest.length > 0 || (prefix !== undefined && !/^(0|[1-9]\d{0,2})$/.test(prefix))) return undefined
  // The library also takes 10.1, 0x7f.1, octal octets and zones; what people read in these differs.
  const isV6 = address.includes(':') && !address.includes('%') && ipaddr.IPv6.isValid(address)
  if (!isV6 && !ipaddr.IPv4.isValidFourPartDecimal(address)) return undefined
  const parsed = ipaddr.parse(address)
  const bitsMax = parsed.kind() === 'ipv4' ? 32 : 128
  const bits = prefix === undefined ? bitsMax : Number(prefix)
  if (bits > bitsMax) return undefined
  const [shown, shownBits]: IpRange = parsed instanceof ipaddr.IPv6 && parsed.isIPv4MappedAddress() && bits >= 96
    ? [parsed.toIPv4Address(), bits - 96]
    : [parsed, bits]
  const network = shown instanceof ipaddr.IPv4
    ? ipaddr.IPv4.networkAddressFromCIDR(`${shown}/${shownBits}`)
    : ipaddr.IPv6.networkAddressFromCIDR(`${shown}/${shownBits}`)
  return `${network}/${shownBits}`
}

function refusal (pointer: string, detail: string): Problem {
  return new Problem('invalid_request', 'The IP allow-list cannot be read.', { errors: [{ pointer, detail }] })
}
