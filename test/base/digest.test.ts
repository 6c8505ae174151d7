// Content-Digest, read to the character: what it means, and what is said of one that is wrong.
import t from 'tap'
import { createHash } from 'node:crypto'
import { contentDigest, digestHeaderLengthMax, digestMatches, digestMembersMax, digestStream } from '../../src/base/digest.ts'
import { refused } from './refused.ts'

t.same([digestHeaderLengthMax, digestMembersMax], [512, 8], 'limits are what the documents say')

t.test('a digest is read member by member, and what is wrong with it is said', async t => {
  const body = Buffer.from('body')
  const sha256 = contentDigest(body)
  const sha512Of = (text: Buffer) => `sha-512=:${createHash('sha512').update(text).digest('base64')}:`
  const [sha512, otherSha512] = [sha512Of(body), sha512Of(Buffer.from('other'))]
  t.equal(sha256, `sha-256=:${createHash('sha256').update(body).digest('base64')}:`)
  const streamed = (header: string | readonly string[] | undefined, bytes = body) => {
    const stream = digestStream(header)
    for (const byte of bytes) stream.update(Uint8Array.of(byte))
    return stream.matches()
  }
  for (const matches of [streamed, (header: string | readonly string[] | undefined, bytes = body) => digestMatches(header, bytes)]) {
    for (const header of [sha256, sha512, `${sha512} , ${sha256}`, `md5=:YQ==:, ${sha256}`, [sha256, sha512], sha256.padEnd(512)]) {
      t.equal(matches(header), true)
      t.equal(matches(header, Buffer.from('other')), false)
    }
    t.equal(matches(`${sha256}, ${otherSha512}`), false, 'each member counts')
    const many = (count: number) => Array.from({ length: count }, (_, i) => `a${i}=::`).join(',')
    const wrong: readonly (readonly [string, string])[] = [
      [sha256.padEnd(513), 'is longer than 512 characters'],
      ['\t', 'has characters that are not printable ASCII'],
      ['A=::', 'needs a lower-case key at position 0'],
      [`${sha256},${sha256}`, 'names sha-256 twice'],
      [many(9), 'has more than 8 members'],
      ['sha-256', 'needs = at position 7'],
      ['sha-256=x', 'needs : at position 8'],
      [many(8), 'has neither sha-256 nor sha-512'],
      ['sha-256=:YQ==:', 'has a sha-256 of 1 bytes instead of 32'],
      ['sha-512=:YQ==:', 'has a sha-512 of 1 bytes instead of 64'],
      [sha256.replace('256', '512'), 'has a sha-512 of 32 bytes instead of 64'],
      [`${sha256},`, `needs a lower-case key at position ${sha256.length + 1}`],
      [`${sha256} x`, `needs , at position ${sha256.length + 1}`]
    ]
    for (const [header, sentence] of wrong) {
      t.same(refused(() => matches(header)), ['digest_malformed', `Content-Digest ${sentence}.`], header.slice(0, 80))
    }
    for (const header of [undefined, '', []]) {
      t.same(refused(() => matches(header)), ['digest_missing', 'A request with a body needs a Content-Digest header.'])
    }
  }
})
