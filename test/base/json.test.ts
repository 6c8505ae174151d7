import { deepStrictEqual } from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import t from 'tap'
import fc from 'fast-check'
import { JsonRefusal, jsonDepthMax, jsonRefusalCodes, parseJsonStrictly } from '../../src/base/json.ts'

function refusal (text: string | Uint8Array): JsonRefusal {
  try {
    parseJsonStrictly(text)
  } catch (error) {
    if (error instanceof JsonRefusal) return error
    throw error
  }
  throw new Error(`not refused: ${String(text)}`)
}

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
const wellFormed = fc.string({ unit: 'grapheme' })
const harmlessKey = wellFormed.filter(key => key !== '__proto__' && key !== 'constructor')
const jsonValue = fc.letrec(tie => ({
  value: fc.oneof({ maxDepth: 5 }, fc.constant(null), fc.boolean(), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }),
    wellFormed, fc.array(tie('value'), { maxLength: 4 }), fc.dictionary(harmlessKey, tie('value'), { maxKeys: 4 }))
})).value

t.test('a valid text is read exactly as JSON.parse reads it', async t => {
  // What chance makes is no name for an assertion: it would be read as TAP.
  fc.assert(fc.property(jsonValue, fc.constantFrom(undefined, 1, '\t'), (value, space) => {
    const text = JSON.stringify(value, null, space)
    deepStrictEqual(parseJsonStrictly(text), JSON.parse(text))
    deepStrictEqual(parseJsonStrictly(Buffer.from(text)), JSON.parse(text))
  }), { numRuns: 300 })
  const tricky = ['{"a:b":"c:d","e\\"":"\\\\","":{"a:b":":"}}', ' [1, -0, 1e3, {"\\u003a": ":"}] ', 'null', '"😀"', '"\\ud83d\\ude00"']
  for (const text of tricky) {
    t.ok(isDeepStrictEqual(parseJsonStrictly(text), JSON.parse(text)), text)
    t.ok(isDeepStrictEqual(parseJsonStrictly(Buffer.from(text)), JSON.parse(text)), text)
  }
})

t.test('one name twice in an object is refused at any depth, however it is written, and named', async t => {
  const cases: [string, string][] = [
    ['{"a":1,"a":2}', 'a'],
    ['{"a":1,"\\u0061":2}', 'a'],
    ['{"\\u0061":1,"b":[],"\\u0061":{}}', 'a'],
    ['{"\\/":1,"/":1}', '/'],
    ['[{"x":{"reference":"1"}},{"x":{"reference":"1","quantity":1,"reference":"2"}}]', 'reference'],
    ['{"a":{"b":1},"a":{"c":2}}', 'a'],
    ['{"a":{"a":{"a":1,"a":1}}}', 'a'],
    ['{"":1,"":2}', ''],
    ['{"订单":1,"订单":2}', '订单'],
    ['{"a\\"":1 , "a\\u0022" : 2}', 'a"'],
    ['{"0":1,"0":2}', '0'],
    ['{"x":":","y":"{\\"","y":1}', 'y']
  ]
  for (const [text, key] of cases) {
    for (const form of [text, Buffer.from(text)]) t.match(refusal(form), { code: 'duplicate_json_key', key }, text)
  }
})

t.test('a duplicate put anywhere into a valid object is found', async t => {
  const escapes = (key: string) => Array.from({ length: key.length }, (_, i) => '\\u' + key.charCodeAt(i).toString(16).padStart(4, '0'))
  const escaped = (key: string) => `"${escapes(key).join('')}"`
  const entries = fc.uniqueArray(fc.tuple(harmlessKey, jsonValue), { minLength: 1, maxLength: 5, selector: ([key]) => key })
  fc.assert(fc.property(entries, fc.nat(), fc.nat(), fc.boolean(), jsonValue, (members, from, to, escape, wrapped) => {
    const texts = members.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
    const key = members[from % members.length]![0]
    texts.splice(to % (texts.length + 1), 0, `${escape ? escaped(key) : JSON.stringify(key)}:0`)
    const refused = refusal(`{"wrapped":${JSON.stringify(wrapped)},"object":[{${texts.join(',')}}]}`)
    t.equal(refused.code, 'duplicate_json_key')
    t.equal(refused.key, key.slice(0, 64))
  }), { numRuns: 300 })
})

t.test('what is not JSON, not UTF-8 or not I-JSON is refused', async t => {
  const cases: [string | Uint8Array, number?][] = [
    ['', 0], ['{', 1], ['{"a":', 5], ['{"a":1,}', 7], ['{"a" 1}', 5], ["{'a':1}", 1], ['[1,]'], ['{"a":1} x', 8], ['01', 1],
    ['NaN'], ['undefined'],
    ['\uFEFF{}', 0], [Buffer.from('\uFEFF{}'), 0], [Buffer.from([0x22, 0xff, 0x22])], [Buffer.from([0x22, 0xc0, 0x80, 0x22])],
    [Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])], [Buffer.from('{}', 'utf16le')], ['"\n"', 1], ['"\\x"'],
    ['"\ud800"'], ['"\\ud800"'], ['{"\\udc00":1}'], [Buffer.from('[["\\ud800x"]]')], ['1e400'], ['{"a":[-1e999]}'],
    [nested(jsonDepthMax + 1)], ['{"a":'.repeat(jsonDepthMax + 1) + '1' + '}'.repeat(jsonDepthMax + 1)], [nested(30_000)]
  ]
  for (const [text, position] of cases) {
    const refused = refusal(text)
    t.equal(refused.code, 'malformed_json', String(text).slice(0, 40))
    if (position !== undefined) t.equal(refused.position, position, String(text).slice(0, 40))
  }
  t.ok(isDeepStrictEqual(parseJsonStrictly(nested(jsonDepthMax)), JSON.parse(nested(jsonDepthMax))))
})

t.test('a refusal does not repeat what the text holds', async t => {
  t.notMatch(refusal('{"secret":"ABCD-1234", oops}').message, /ABCD/)
  t.notMatch(refusal('[ABCD-1234]').message, /ABCD/)
  t.equal(refusal(`{"${'k'.repeat(100)}":1,"${'k'.repeat(100)}":1}`).key, 'k'.repeat(64))
})

t.test('a name that could reach a prototype is refused at any depth', async t => {
  const refused = [
    '{"__proto__":{}}', '{"__proto__":1}', '{"\\u005f_proto__":{"x":1}}', '[{"a":{"__proto__":null}}]',
    '{"constructor":{"prototype":{"x":1}}}', '{"a":[{"constructor":{"prototype":1}}]}'
  ]
  for (const text of refused) t.equal(refusal(text).code, 'forbidden_json_key', text)
  const harmless = ['{"constructor":"Toyota"}', '{"prototype":1}', '{"constructor":{"name":1}}', '{"toString":1,"hasOwnProperty":2}']
  for (const text of harmless) {
    t.ok(isDeepStrictEqual(parseJsonStrictly(text), JSON.parse(text)), text)
  }
  t.equal(Object.hasOwn(Object.prototype, 'x'), false)
})

t.test('garbage is read as JSON.parse reads it or refused with a code, never anything else', async t => {
  const piece = fc.constantFrom('{', '}', '[', ']', ':', ',', '"', '\\', 'a', '1', ' ', '__proto__', '\\u0061', '"a":')
  const jsonish = fc.array(piece, { maxLength: 24 }).map(pieces => pieces.join(''))
  fc.assert(fc.property(fc.oneof(jsonish, fc.uint8Array({ maxLength: 40 }), fc.string({ unit: 'binary' })), text => {
    try {
      t.ok(isDeepStrictEqual(parseJsonStrictly(text), JSON.parse(typeof text === 'string' ? text : Buffer.from(text).toString())))
    } catch (error) {
      t.ok(error instanceof JsonRefusal && jsonRefusalCodes.includes(error.code))
    }
  }), { numRuns: 1000 })
})
