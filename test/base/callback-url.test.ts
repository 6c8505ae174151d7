// Where callbacks may go, by rule alone: each special range at its first and last address, each way of writing, each sentence.
// What arrives at a socket is shown by test/outgoing/guard-address.test.ts.
import t from 'tap'
import {
  callbackUrlCharsMax, hostOf, isAddress, isPublicAddress, mayConnect, portOf, readCallbackUrl, strictCallbackRules, type CallbackRules
} from '../../src/base/callback-url.ts'

/** Special ranges by their first and last address, and their neighbours that are public (none where the next range is special too). */
const ranges: readonly { readonly first: string, readonly last: string, readonly before?: string, readonly after?: string }[] = [
  { first: '0.0.0.0', last: '0.255.255.255', after: '1.0.0.0' },
  { first: '10.0.0.0', last: '10.255.255.255', before: '9.255.255.255', after: '11.0.0.0' },
  { first: '100.64.0.0', last: '100.127.255.255', before: '100.63.255.255', after: '100.128.0.0' },
  { first: '127.0.0.0', last: '127.255.255.255', before: '126.255.255.255', after: '128.0.0.0' },
  { first: '168.63.129.16', last: '168.63.129.16', before: '168.63.129.15', after: '168.63.129.17' },
  { first: '169.254.0.0', last: '169.254.255.255', before: '169.253.255.255', after: '169.255.0.0' },
  { first: '172.16.0.0', last: '172.31.255.255', before: '172.15.255.255', after: '172.32.0.0' },
  { first: '192.0.0.0', last: '192.0.0.255', before: '191.255.255.255', after: '192.0.1.0' },
  { first: '192.0.2.0', last: '192.0.2.255', before: '192.0.1.255', after: '192.0.3.0' },
  { first: '192.31.196.0', last: '192.31.196.255', before: '192.31.195.255', after: '192.31.197.0' },
  { first: '192.52.193.0', last: '192.52.193.255', before: '192.52.192.255', after: '192.52.194.0' },
  { first: '192.88.99.0', last: '192.88.99.255', before: '192.88.98.255', after: '192.88.100.0' },
  { first: '192.168.0.0', last: '192.168.255.255', before: '192.167.255.255', after: '192.169.0.0' },
  { first: '192.175.48.0', last: '192.175.48.255', before: '192.175.47.255', after: '192.175.49.0' },
  { first: '198.18.0.0', last: '198.19.255.255', before: '198.17.255.255', after: '198.20.0.0' },
  { first: '198.51.100.0', last: '198.51.100.255', before: '198.51.99.255', after: '198.51.101.0' },
  { first: '203.0.113.0', last: '203.0.113.255', before: '203.0.112.255', after: '203.0.114.0' },
  { first: '224.0.0.0', last: '239.255.255.255', before: '223.255.255.255' },
  { first: '240.0.0.0', last: '255.255.255.255' },
  { first: '::', last: '1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', after: '2000::' },
  {
    first: '2001::',
    last: '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff',
    before: '2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    after: '2001:200::'
  },
  {
    first: '2001:db8::',
    last: '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff',
    before: '2001:db7:ffff:ffff:ffff:ffff:ffff:ffff',
    after: '2001:db9::'
  },
  { first: '2002::', last: '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff', before: '2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff', after: '2003::' },
  { first: '2620:4f:8000::', last: '2620:4f:8000:ffff:ffff:ffff:ffff:ffff', before: '2620:4f:7fff:ffff::', after: '2620:4f:8001::' },
  {
    first: '3fff::',
    last: '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff',
    before: '3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    after: '3fff:1000::'
  },
  { first: '4000::', last: 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', before: '3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff' }
]

t.test('each special range is closed from its first address to its last, and open on both sides', async t => {
  for (const { first, last, before, after } of ranges) {
    t.equal(isPublicAddress(first), false, first)
    t.equal(isPublicAddress(last), false, last)
    if (before !== undefined) t.equal(isPublicAddress(before), true, before)
    if (after !== undefined) t.equal(isPublicAddress(after), true, after)
  }
})

t.test('an IPv4 address in disguise is not of IPv6: mapped, translated, tunnelled', async t => {
  const disguised = [
    '::ffff:8.8.8.8', '::8.8.8.8', '64:ff9b::8.8.8.8', '2002:808:808::1', '2606:4700::5efe:808:808', '2606:4700::200:5efe:808:808',
    '2606:4700::5efe:8.8.8.8'
  ]
  for (const address of disguised) t.equal(isPublicAddress(address), false, address)
  for (const address of ['2606:4700::5eff:808:808', '2606:4700::201:5efe:808:808', '2606:4700::8.8.8.8']) {
    t.equal(isPublicAddress(address), true, address)
  }
})

t.test('an address is one by its one form, of IPv4 without extras, of IPv6 as RFC 4291 has it', async t => {
  const addresses = [
    '0.0.0.0', '1.2.3.4', '255.255.255.255', '1.20.100.9', '::', '::1', '1::', '1:2:3:4:5:6:7:8', 'A:b:C:d:E:f:0:1', '1::8',
    '1:2:3:4:5:6:7::',
    '::2:3:4:5:6:7:8', '1:2:3::6:7:8', '::ffff:1.2.3.4', '1:2:3:4:5:6:1.2.3.4', '::1.2.3.4', '0000:0000:0000:0000:0000:ffff:255.255.255.255'
  ]
  for (const text of addresses) t.equal(isAddress(text), true, text)
  const others = [
    '', '1', '1.2.3', '1.2.3.', '.1.2.3', '1.2.3.4.', '1.2.3.4.5', '1..2.3', '256.1.1.1', '1.2.3.256', '1.2.3.1000', '01.2.3.4',
    '1.2.3.04', '00.0.0.0', ' 1.2.3.4',
    '1.2.3.4 ', '1.2.3.4\n', '0x1.2.3.4', '1.2.3.a', '1.2.3.4/8', 'x1.2.3.4', '1-2-3-4',
    ':', ':::', '1:', ':1', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7:', ':1:2:3:4:5:6:7', '1::2::3', '1:2:3::4:5:6::7:8', '1:::2',
    '1:2:3:4:5:6:7:8::', '::1:2:3:4:5:6:7:8',
    '1:2:3:4::5:6:7:8', '12345::', '::12345', 'g::', '::g', '::1%lo', '[::1]', '::1/64', ' ::1', '::1 ', '::1\n', '::1.2.3', '::1.2.3.256',
    '::01.2.3.4', '::1.2.3.4:5',
    '1.2.3.4::', '1:2:3:4:5:6:7:1.2.3.4', '1:2:3:4:5:1.2.3.4', '::.', 'example.com', 'abcd', 'cafe.', 'a.b.c.d',
    '0000:0000:0000:0000:0000:0ffff:255.255.255.255', '0000:0000:0000:0000:0000:00ff:255.255.255.2555'
  ]
  for (const text of others) {
    t.equal(isAddress(text), false, JSON.stringify(text))
    t.equal(isPublicAddress(text), false, JSON.stringify(text))
  }
})

const strict = strictCallbackRules
const here: CallbackRules = { ports: [443], loopback: true }

t.test('a connection is made by https to a registered port of a public address, or to this machine where that is allowed', async t => {
  t.same(strict, { ports: [443], loopback: false })
  const open = { protocol: 'https:', port: 443, address: '1.1.1.1' }
  t.equal(mayConnect(open, strict), true)
  t.equal(mayConnect({ ...open, address: '2606:4700::1' }, strict), true)
  t.equal(mayConnect({ ...open, protocol: 'http:' }, strict), false)
  t.equal(mayConnect({ ...open, port: 8443 }, strict), false)
  t.equal(mayConnect({ ...open, port: 8443 }, { ...strict, ports: [443, 8443] }), true)
  for (const address of ['10.0.0.1', '', 'example.com', '::ffff:127.0.0.1', '::2', '128.0.0.0.1']) {
    t.equal(mayConnect({ ...open, address }, here), false, address)
  }
  for (const address of ['127.0.0.0', '127.0.0.1', '127.255.255.255', '::1', '0:0:0:0:0:0:0:1']) {
    t.equal(mayConnect({ ...open, address }, strict), false, address)
    t.equal(mayConnect({ ...open, address }, here), true, address)
    t.equal(mayConnect({ protocol: 'http:', port: 3000, address }, here), true, 'any port, http too')
  }
  for (const address of ['126.255.255.255', '128.0.0.0', '::2', '::']) {
    t.equal(mayConnect({ protocol: 'http:', port: 80, address }, here), false, address)
  }
})

t.test('host and port are read as a connection needs them', async t => {
  t.equal(hostOf(new URL('https://[2606:4700::1]:8443/')), '2606:4700::1')
  t.equal(hostOf(new URL('https://shop.example.com/')), 'shop.example.com')
  t.same(['https://a.b/', 'http://a.b/', 'https://a.b:80/', 'http://a.b:443/', 'https://a.b:8443/'].map(text => portOf(new URL(text))),
    [443, 80, 80, 443, 8443])
})

/** What is sent there, or the sentence that refuses it. */
function said (text: string, rules = strict): string {
  const read = readCallbackUrl(text, rules)
  return 'url' in read ? read.url : read.refusal
}

const sentences = {
  long: `A URL has at most ${callbackUrlCharsMax} characters.`,
  schemeless: 'The URL has no scheme. Write https:// and then the host, as https://shop.example.com/callbacks.',
  ascii: 'Write a full https URL in plain ASCII: other letters percent-encoded, the host in punycode, no spaces or backslashes.',
  none: 'This is not a URL.',
  user: 'A URL with a user name or password is not taken: callbacks are signed, check that.',
  fragment: 'A fragment (#…) is never sent; leave it out.',
  special: 'Callbacks go to public addresses only: none of private, local, reserved or translated networks.',
  plain: 'Callbacks are sent over https only.',
  name: 'The host must be a public name, with a dot in it and none at its end.'
}

t.test('a URL that callbacks may go to is given back in its one form', async t => {
  const taken: readonly (readonly [string, string])[] = [
    ['https://shop.example.com', 'https://shop.example.com/'],
    ['https://Shop.Example.COM:443/a/../b?c=d&e=%20', 'https://shop.example.com/b?c=d&e=%20'],
    ['https://1.1.1.1/hook', 'https://1.1.1.1/hook'],
    ['https://[2606:4700:0:0::1]/', 'https://[2606:4700::1]/'],
    ['https://a_b.x-1.example/@/:?@', 'https://a_b.x-1.example/@/:?@'],
    [`https://${'a'.repeat(63)}.com/`, `https://${'a'.repeat(63)}.com/`],
    ['https://xn--fiqs8s.xn--55qx5d/', 'https://xn--fiqs8s.xn--55qx5d/'],
    ['https://local.example/', 'https://local.example/'],
    ['https://notlocalhost.com/', 'https://notlocalhost.com/'],
    ['https://mylan.de/', 'https://mylan.de/'],
    ['https://a.example/?of=https://b@c', 'https://a.example/?of=https://b@c']
  ]
  for (const [text, url] of taken) t.same(readCallbackUrl(text, strict), { url }, text)
  const longest = `https://shop.example.com/${'a'.repeat(callbackUrlCharsMax - 25)}`
  t.equal(callbackUrlCharsMax, 2_048)
  t.equal(said(longest), longest)
  t.equal(said(`${longest}a`), sentences.long)
})

t.test('a URL is refused with the sentence that helps', async t => {
  const refused: Readonly<Record<keyof typeof sentences, readonly string[]>> = {
    long: ['a'.repeat(callbackUrlCharsMax + 1)],
    schemeless: ['shop.example.com', 'shop.example.com:443/x', '//shop.example.com/', '/hook', 'https:shop.example.com',
      'https:/shop.example.com/', '1://x', ':', '!', '~',
      'x\\https://a.b/', '\u0021'],
    ascii: ['', ' ', ' https://a.example/', 'https://a.example/ ', 'https://a.example/x y', 'https://中国.example/', 'a\nhttps://a.example/',
      'HTTPS://a.example/',
      'Http://a.example/', 'https://', 'https://a.example/\n', 'https://a.example/é', 'x y', 'https://a.example/\u007f',
      ...['\\', '"', '<', '>', '^', '`', '{', '|', '}'].map(character => `https://a.example/${character}x`)],
    none: ['https://:443/', 'https://a.example:99999/', 'https://[::1', 'https://%zz/', 'https://[1.1.1.1]/'],
    user: ['https://user@a.example/', 'https://user:word@a.example/', 'https://:word@a.example/', 'https://@a.example/',
      'http://@a.example/', 'https://:@a.example/'],
    fragment: ['https://a.example/#x', 'https://a.example/#', 'https://a.example/?a#b'],
    special: ['https://127.0.0.1/', 'http://127.0.0.1/', 'https://10.0.0.1/', 'https://[::1]/', 'https://2130706433/', 'https://0x7f.1/',
      'https://1.1.1.1:8443/', 'http://1.1.1.1/'],
    plain: ['http://a.example/', 'http://a.example:443/', 'http://localhost/'],
    name: ['https://localhost/', 'https://shop/', 'https://a.example./', 'https://a.local/', 'https://x.y.internal/',
      'https://a.home.arpa/', 'https://a.example.1a/',
      'https://a..example/', 'https://-a.example/', 'https://a-.example/', `https://${'a'.repeat(64)}.com/`, 'https://a.!b.example/',
      "https://a'b.example/", `https://${'a.'.repeat(126)}com/`]
  }
  for (const [name, texts] of Object.entries(refused)) {
    for (const text of texts) t.equal(said(text), sentences[name as keyof typeof sentences], text.slice(0, 80))
  }
  for (const scheme of ['ftp', 'wss', 'a', 'a+b-c.9', 'httpss', 'file']) {
    const sentence = `Callbacks are not sent over ${scheme}: they are HTTP requests over TLS. Write a URL that begins with https://.`
    t.equal(said(`${scheme}://a.example/`), sentence)
    t.equal(said(`${scheme.toUpperCase()}://a.example/`), sentence, 'written large')
  }
  t.equal(said('https://a.example:8443/'), 'Callbacks are sent to port 443 only.')
  t.equal(said('https://a.example:8443/', { ports: [443, 9443], loopback: false }), 'Callbacks are sent to port 443, 9443 only.')
  t.equal(said('https://a.example:9443/', { ports: [443, 9443], loopback: false }), 'https://a.example:9443/')
})

t.test('names that only some network knows are no public names', async t => {
  const endings = ['localhost', 'local', 'internal', 'intranet', 'lan', 'home', 'corp', 'private', 'home.arpa', 'onion', 'alt', 'invalid']
  for (const ending of endings) {
    t.equal(said(`https://a.${ending}/`), sentences.name, ending)
    t.equal(said(`https://a.b.${ending}/`), sentences.name, ending)
    t.equal(said(`https://${ending}/`), sentences.name, ending)
    t.equal(said(`https://a${ending}.example/`), `https://a${ending}.example/`)
  }
  t.equal(said('https://in.arpa/'), 'https://in.arpa/')
  const longest = `https://${'a.'.repeat(125)}com/`
  t.equal(said(longest), longest, '253 characters')
  t.equal(said(`https://a${longest.slice(8)}`), sentences.name, '254 characters')
})

t.test('in development this machine may be called, over http and at any port, and nothing else that is not public', async t => {
  const taken = [
    'http://127.0.0.1:3000/hook', 'http://localhost:3000/', 'https://localhost:8443/', 'http://[::1]:3000/', 'https://127.9.9.9/'
  ]
  for (const url of taken) t.equal(said(url, here), url)
  t.equal(said('http://10.0.0.1:3000/', here), sentences.special)
  t.equal(said('http://a.localhost:3000/', here), sentences.plain)
  t.equal(said('https://a.localhost/', here), sentences.name)
  t.equal(said('http://shop.example.com/', here), sentences.plain)
  t.equal(said('https://shop.example.com:3000/', here), 'Callbacks are sent to port 443 only.')
  t.equal(said('http://1.1.1.1/', here), sentences.special)
})
