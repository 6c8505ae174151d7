// Values that have broken somebody's server: texts no form was made for, numbers beyond the bounds, ids of something else.
import type { Means } from './generate.ts'
import { unknownId } from './pool.ts'

/** A value that is mostly of the wrong type. */
export function hostileValue ({ draw, pool }: Means): unknown {
  return draw.pick<() => unknown>([
    () => draw.pick(hostileTexts),
    () => draw.pick(hostileNumbers),
    () => null,
    () => true,
    () => [],
    () => ({}),
    () => [[]],
    () => [null],
    () => ({ a: 1 }),
    () => pool.any(draw) ?? '',
    () => nested(draw.pick([10, 33, 200]))
  ])()
}

/** A word for an address. Longer ones are a matter of the server's head limit, not of the handler. */
export function hostileWord (means: Means): string {
  const { draw, pool } = means
  const word = draw.pick<() => string>([
    () => draw.pick(hostileTexts),
    () => String(draw.pick(hostileNumbers)),
    () => strangeId(means),
    () => pool.one('cursor', draw) ?? 'c',
    () => tampered(pool.one('cursor', draw) ?? 'W10.AAAA', means),
    () => draw.pick(['%zz', '%00', '%ff%fe', '%c0%af', '..%2f..', 'a/b', '.', '..'])
  ])()
  return word.slice(0, wordLengthMax)
}

const wordLengthMax = 2_000

/** An id of something else, in capitals, or of nothing. */
export function strangeId ({ draw, pool }: Means): string {
  return draw.pick([
    () => pool.any(draw) ?? 'x',
    () => pool.any(draw)?.toUpperCase() ?? 'x',
    () => unknownId(draw.pick(['ord', 'sku', 'lnk', 'hst', 'imp', 'key']))
  ])()
}

function tampered (cursor: string, { draw }: Means): string {
  const at = draw.below(cursor.length)
  return cursor.slice(0, at) + draw.pick(['A', 'b', '.', '']) + cursor.slice(at + 1)
}

function nested (depth: number): unknown {
  let value: unknown = 1
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { a: value }
  return value
}

export const hostileTexts = [
  '', ' ', '\u0000', 'a\u0000b', '\ud800', 'a\udfffb', '\u202e\u2066evil\u2069', '\ufdfa'.repeat(200), '\u{1d573}', '\ufeff', '\u00ad',
  'e\u0301',
  'x'.repeat(129), 'x'.repeat(10_000), 'x'.repeat(60_000), '卡'.repeat(200), "' or 1=1--", "'; drop table live.orders;--", '$1', '\\',
  '\\x00', '{}', '{1,2}',
  '../../etc/passwd', '%00', '%s%n', '<script>alert(1)</script>', '=cmd|x', '-1', '0', '-0', '1e308', '1e-7', 'NaN', 'Infinity',
  '0.00001', '0.00004',
  '9007199254740993', '922337203685477.5807', '922337203685477.5808', '99999999999999999999999999', '-99999999999999', '1,5', '١٢٣',
  '0x10', '+1', '01',
  '2026-02-30T00:00:00Z', '0000-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z', '+010000-01-01T00:00:00Z', '-271821-04-20T00:00:00Z',
  '294277-01-01T00:00:00Z',
  '2026-01-01T00:00:00+99:99', '2026-06-30T23:59:60Z', '2026-01-01', 'infinity', '-infinity', 'now', 'null', 'true', '__proto__',
  'constructor', 'toString',
  'https://169.254.169.254/latest/meta-data', 'http://[::1]:5432/', 'https://user:pw@shop.invalid/', 'javascript:alert(1)',
  'https://shop.invalid:99999/',
  'gopher://x', 'file:///etc/passwd', 'https://xn--a.invalid/\u0000', 'CNY', 'cny', 'XXX', 'USD', 'JPY'
]

export const hostileNumbers = [
  0, -1, 1, 1.5, 1e-9, 2 ** 31 - 1, 2 ** 31, -(2 ** 31) - 1, 2 ** 53 - 1, 2 ** 53, 2 ** 53 + 2, 2 ** 63, 1e21, 1e308, 5e-324, -0, 100,
  101, 1_000, 1_001,
  1_000_000, 1_000_001, 10_000_000
]

export const strangeNames = [
  '__proto__', 'constructor', 'prototype', 'toString', 'id', 'reseller', 'reseller_id', 'state', 'created_at', 'x', '', '\u0000', '名'
]

export const strangeHeaders: readonly Readonly<Record<string, string>>[] = [
  { 'content-type': 'text/plain' }, { 'content-type': 'application/json; charset=utf-16' }, { 'content-type': 'application/jsonx' },
  { 'content-type': 'multipart/form-data; boundary=x' },
  { 'content-type': 'application/json;charset=utf-8' }, { 'content-type': '' }, { accept: 'text/html' },
  { accept: 'application/xml;q=1, */*;q=0' }, { accept: '*/*;q=2, ;;' },
  { 'accept-language': 'zh-CN,zh;q=0.9' }, { 'accept-language': 'x'.repeat(1_000) }, { 'content-encoding': 'gzip' },
  { 'kahub-version': '2020-01-01' }, { 'kahub-version': 'x' },
  { 'kahub-sandbox': 'nonsense; ms=-1' }, { 'kahub-sandbox': 'out_of_stock' }, { 'kahub-sandbox': 'rate_limited; retry_after=0' },
  { 'x-http-method-override': 'DELETE' },
  { 'x-forwarded-for': '10.0.0.1, \u00e9' }, { 'x-request-id': 'a\tb' }, { traceparent: '00-zz-zz-01' }, { expect: '200-ok' },
  { range: 'bytes=0-1' }, { 'if-none-match': '*' },
  { authorization: 'Bearer x' }, { authorization: 'Basic eDp5' }, { cookie: 'a=b; c="' }, { 'last-event-id': '-1' },
  { 'last-event-id': '99999999999999999999' }, { prefer: 'wait=100000' }
]

/** Bytes that no JSON.stringify writes. */
export const rawSpoilers: readonly ((text: string) => string | Buffer)[] = [
  text => text.slice(0, -1),
  text => text.slice(0, Math.floor(text.length / 2)),
  text => `\ufeff${text}`,
  text => `${text}${text}`,
  text => `${text} // comment`,
  text => text.replace('{', '{"reference":"a","reference":"b",'),
  text => text.replace('{', '{"__proto__":{"admin":true},'),
  text => text.replace('{', '{"\\u005f_proto__":{"admin":true},'),
  text => text.replace('{', '{"constructor":{"prototype":{"x":1}},'),
  text => text.replace(/:\s*\d+/, ':1e400'),
  text => text.replace(/:\s*\d+/, ':9007199254740993'),
  text => text.replace(/:\s*\d+/, ':1.0000000000000000000001'),
  text => text.replace(/:\s*\d+/, ':01'),
  text => text.replace(/:\s*"/, ':"\\ud800'),
  text => text.replace(/:\s*"/, ':"\\u0000'),
  text => text.replace(/:\s*"/, ':"\u0001'),
  text => Buffer.concat([Buffer.from(text), Buffer.from([0xff, 0xfe])]),
  text => Buffer.from(text.replace(/[a-z]/, '\u00ff'), 'latin1'),
  text => Buffer.from(text, 'utf16le'),
  () => '['.repeat(30_000),
  () => '{"a":'.repeat(5_000),
  () => Buffer.alloc(70_000, 'a'),
  () => Buffer.alloc(300_000, '1'),
  () => '\u0000',
  () => 'null',
  text => `[${text}]`,
  text => text.replaceAll('"', "'")
]
