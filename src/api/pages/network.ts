import { isIPv6, isIPv4 } from 'node:net'

/** The range of addresses a buyer comes from: of IPv4 a /24, of IPv6 a /48. Whoever has one address has the others as easily. */
export function networkOf (ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1]
  const address = mapped ?? ip
  if (isIPv4(address)) return `${address.slice(0, address.lastIndexOf('.'))}.0/24`
  const bare = address.split('%')[0]!
  return isIPv6(bare) ? `${groupsOf(bare).slice(0, 3).join(':')}::/48` : 'unknown'
}

/** What one host has in hand: an IPv4 address, and of IPv6 a /64, in which it takes another address for each request if it likes. */
export function hostOf (ip: string): string {
  const address = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1] ?? ip.split('%')[0]!
  return isIPv6(address) ? `${groupsOf(address).slice(0, 4).join(':')}::/64` : address
}

const groupsOfAddress = 8

/** The groups of an IPv6 address, without leading zeros. */
function groupsOf (address: string): string[] {
  const [head = '', tail] = address.toLowerCase().split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const filled = tail === undefined ? before : [...before, ...Array<string>(Math.max(0, groupsOfAddress - before.length - after.length)).fill('0'), ...after]
  return filled.map(group => group.replace(/^0+(?=.)/, ''))
}
