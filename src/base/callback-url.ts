// Where callbacks may go: a rule about URLs as they are written, and one about addresses as they are connected to. Both are lists
// of what is allowed. The first is told to whoever registers a URL; the second, asked of every address at the moment a connection
// is made, is the guard (src/outgoing), since a name may mean another address by then.

export const callbackUrlCharsMax = 2_048

export interface CallbackRules {
  /** Ports of https beside which none is used. */
  readonly ports: readonly number[]
  /** Whether this machine itself may be called, over http too and at any port: for development. */
  readonly loopback: boolean
}

export const strictCallbackRules: CallbackRules = { ports: [443], loopback: false }

/** What a connection would be made to. */
export interface CallbackTarget {
  readonly protocol: string
  readonly port: number
  readonly address: string
}

/** Reads a URL for callbacks: its one form (WHATWG), or a sentence that says why nothing is sent there. */
export function readCallbackUrl (text: string, rules: CallbackRules): { readonly url: string } | { readonly refusal: string } {
  const refuse = (refusal: string) => ({ refusal })
  if (text.length > callbackUrlCharsMax) return refuse(`A URL has at most ${callbackUrlCharsMax} characters.`)
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase()
  if (scheme === undefined && /^[!-~]+$/.test(text)) {
    return refuse('The URL has no scheme. Write https:// and then the host, as https://shop.example.com/callbacks.')
  }
  if (scheme !== undefined && scheme !== 'https' && scheme !== 'http') {
    return refuse(`Callbacks are not sent over ${scheme}: they are HTTP requests over TLS. Write a URL that begins with https://.`)
  }
  // The parser would drop or turn round what stands here; what two parsers read differently is how guards are passed.
  if (!/^https?:\/\/[!-~]+$/.test(text) || /[\\"<>^`{|}]/.test(text)) {
    return refuse('Write a full https URL in plain ASCII: other letters percent-encoded, the host in punycode, no spaces or backslashes.')
  }
  if (!URL.canParse(text)) return refuse('This is not a URL.')
  const url = new URL(text)
  if (url.username !== '' || url.password !== '' || /^https?:\/\/[^/?#]*@/.test(text)) {
    return refuse('A URL with a user name or password is not taken: callbacks are signed, check that.')
  }
  if (url.hash !== '' || text.includes('#')) return refuse('A fragment (#…) is never sent; leave it out.')
  const host = hostOf(url)
  const target = { protocol: url.protocol, port: portOf(url) }
  const address = isAddress(host) ? host : undefined
  if (address !== undefined && !mayConnect({ ...target, address }, rules)) {
    return refuse('Callbacks go to public addresses only: none of private, local, reserved or translated networks.')
  }
  const local = rules.loopback && (address === undefined ? host === 'localhost' : isLoopback(address))
  if (!local) {
    if (url.protocol !== 'https:') return refuse('Callbacks are sent over https only.')
    if (!rules.ports.includes(target.port)) return refuse(`Callbacks are sent to port ${rules.ports.join(', ')} only.`)
    if (address === undefined && !isPublicName(host)) return refuse('The host must be a public name, with a dot in it and none at its end.')
  }
  return { url: url.href }
}

/** Whether a connection to this address may be made. Anything that is not plainly an address may not. */
export function mayConnect ({ protocol, port, address }: CallbackTarget, rules: CallbackRules): boolean {
  if (isLoopback(address)) return rules.loopback
  return protocol === 'https:' && rules.ports.includes(port) && isPublicAddress(address)
}

/** The host of a URL as it is looked up: without the brackets of IPv6. */
export function hostOf (url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1')
}

/** The port of a URL, written or not. */
export function portOf (url: URL): number {
  return url.port !== '' ? Number(url.port) : url.protocol === 'https:' ? 443 : 80
}

/** Whether a text is an address and not a name. */
export function isAddress (text: string): boolean {
  return readIpv4(text) !== undefined || readIpv6(text) !== undefined
}

/** Whether an address is of the public Internet: IPv4 unicast without the special ranges, IPv6 in 2000::/3 without them. */
export function isPublicAddress (address: string): boolean {
  const four = readIpv4(address)
  if (four !== undefined) return !specialIpv4.some(([first, bits]) => four >>> (32 - bits) === first >>> (32 - bits))
  const six = readIpv6(address)
  if (six === undefined || six >> 125n !== 1n) return false
  // ISATAP (RFC 5214): an interface that is an IPv4 address in disguise.
  if ([0x5efen, 0x2005efen].includes(six >> 32n & 0xffffffffn)) return false
  return !specialIpv6.some(([first, bits]) => six >> BigInt(128 - bits) === first >> BigInt(128 - bits))
}

function isLoopback (address: string): boolean {
  const four = readIpv4(address)
  return four !== undefined ? four >>> 24 === 127 : readIpv6(address) === 1n
}

/** Names that are not of the public DNS: RFC 6761, 6762, 7686, 8375, 9476 and what routers and clouds use inside. */
const localEndings = [
  'localhost', 'local', 'internal', 'intranet', 'lan', 'home', 'corp', 'private', 'home.arpa', 'onion', 'alt', 'invalid'
]

function isPublicName (host: string): boolean {
  if (host.length > 253 || !host.split('.').every(label => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label))) return false
  return /\.[a-z][a-z0-9-]*$/.test(host) && !localEndings.some(ending => host === ending || host.endsWith(`.${ending}`))
}

// The IANA registries of special-purpose addresses, those marked "globally reachable" too: nobody receives callbacks there.
// 168.63.129.16 is the public address behind which a cloud keeps its machines' metadata.
const specialIpv4 = [
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24',
  '192.31.196.0/24', '192.52.193.0/24', '192.88.99.0/24', '192.168.0.0/16', '192.175.48.0/24', '198.18.0.0/15', '198.51.100.0/24',
  '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4', '168.63.129.16/32'
].map((range): readonly [number, number] => {
  const [first, bits] = range.split('/')
  return [readIpv4(first!)!, Number(bits)]
})

// 2001::/23: protocol assignments, Teredo among them. 2002::/16: 6to4.
const specialIpv6 = [
  '2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20'
].map((range): readonly [bigint, number] => {
  const [first, bits] = range.split('/')
  return [readIpv6(first!)!, Number(bits)]
})

function readIpv4 (text: string): number | undefined {
  if (!/^(?:(?:0|[1-9]\d{0,2})(?:\.(?!$)|$)){4}$/.test(text)) return undefined
  const parts = text.split('.').map(Number)
  return parts.every(part => part < 256) ? parts.reduce((sum, part) => sum * 256 + part, 0) : undefined
}

function readIpv6 (text: string): bigint | undefined {
  if (!/^[0-9a-f:.]{2,45}$/i.test(text) || !text.includes(':')) return undefined
  const tail = text.slice(text.lastIndexOf(':') + 1)
  const four = tail.includes('.') ? readIpv4(tail) : undefined
  if (tail.includes('.') && four === undefined) return undefined
  const whole = four === undefined ? text : text.slice(0, -tail.length) + (four >>> 16).toString(16) + ':' + (four & 0xffff).toString(16)
  const sides = whole.split('::')
  if (sides.length > 2) return undefined
  const groups = sides.map(side => side === '' ? [] : side.split(':'))
  const missing = 8 - groups.flat().length
  if (sides.length === 2 ? missing < 1 : missing !== 0) return undefined
  const all = [...groups[0]!, ...Array<string>(missing).fill('0'), ...groups[1] ?? []]
  if (!all.every(group => /^[0-9a-f]{1,4}$/i.test(group))) return undefined
  return all.reduce((sum, group) => sum << 16n | BigInt(`0x${group}`), 0n)
}
