import t, { type Test } from 'tap'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { generate, type GeneratedFiles } from '../../sdk/generate/generate.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const fixture = readFileSync(`${root}test/contract/fixtures/sdk-contract.yaml`, 'utf8')

t.test('the generated client is what openapi.yaml gives', async t => {
  sameFiles(t, generate(readFileSync(`${root}openapi.yaml`, 'utf8'), { runtime: '..' }), 'sdk/src/generated/')
})

t.test('the generator gives the reviewed output for every shape it knows, and the same each time', async t => {
  sameFiles(t, generate(fixture, { runtime: '../../../sdk/src' }), 'test/sdk/generated/')
})

t.test('an operation without a place in the SDK, or with the place of another, is refused by name', async t => {
  const edited = (from: string, to: string) => () => generate(fixture.replace(from, to), { runtime: '..' })
  t.throws(edited('x-sdk: { resource: me, method: get }', ''), /GET \/v1\/me/)
  t.throws(edited('operationId: getMe', ''), /GET \/v1\/me/)
  const doubled = 'x-sdk: { resource: orders, method: get }'
  t.throws(edited('x-sdk: { resource: orders, method: cancel }', doubled), /cancelOrder.*getOrder.*orders\.get/)
  t.throws(edited('x-sdk: { resource: me, method: get }', 'x-sdk: { resource: a.b, method: get }'), /camelCase/)
  t.throws(edited("$ref: '#/components/schemas/Money'", "$ref: '#/components/schemas/Coin'"), /Coin/)
  t.notMatch(edited('x-sdk: { resource: me, method: get }', 'x-sdk: false')()['client.ts'], '/v1/me')
})

t.test('the runtime imports nothing but itself', async t => {
  for (const name of readdirSync(`${root}sdk/src`, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'))) {
    for (const [, from] of readFileSync(`${root}sdk/src/${name}`, 'utf8').matchAll(/ from '([^']+)'/g)) t.match(from, /^\.\.?\//, name)
  }
})

function sameFiles (t: Test, generated: GeneratedFiles, folder: string): void {
  for (const [name, text] of Object.entries(generated)) {
    t.equal(readFileSync(root + folder + name, 'utf8'), text, `${folder}${name} is what sdk/generate/generate.ts writes`)
  }
}
