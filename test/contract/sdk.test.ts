import t, { type Test } from 'tap'
import { execFile } from 'node:child_process'
import { copyFileSync, existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { generate, type GeneratedFiles } from '../../sdk/generate/generate.ts'
import { json, problem, startReceiver } from '../sdk/receiver.ts'

const execute = promisify(execFile)
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

t.test('built and put into an empty folder, plain JavaScript buys with it on every Node at hand', async t => {
  const place = t.testdir({ 'package.json': '{ "type": "module" }', 'buy.js': shop })
  const installed = `${place}/node_modules/@kahub/sdk`
  const compiler = `${root}node_modules/typescript/bin/tsc`
  await execute(process.execPath, [compiler, '-p', `${root}sdk/tsconfig.json`, '--outDir', `${installed}/dist`])
  copyFileSync(`${root}sdk/package.json`, `${installed}/package.json`)
  const { dependencies, exports } = JSON.parse(readFileSync(`${installed}/package.json`, 'utf8'))
  t.equal(dependencies, undefined)
  const files = [exports['.'], exports['./admin']].flatMap(entry => Object.values<string>(entry))
  for (const file of files) t.ok(existsSync(`${installed}/${file}`), file)
  for (const node of nodesAtHand()) {
    const receiver = await startReceiver([problem(503, 'overloaded'), json({ id: 'ord_1' }, 201), problem(404, 'not_found')])
    const { stdout } = await execute(node, [`${place}/buy.js`, receiver.url])
    await receiver.stop()
    t.equal(stdout, 'ord_1 NotFound not_found\n', (await execute(node, ['--version'])).stdout.trim())
  }
  t.comment(`What resellers load of @kahub/sdk: ${gzippedBytes(`${installed}/dist`)} bytes gzipped, comments included`)
})

const shop = `
import { Kahub, NotFound } from '@kahub/sdk'
import { KahubAdmin } from '@kahub/sdk/admin'

const key = { url: process.argv[2], keyId: 'key_test_1', algorithm: 'hmac-sha256', secret: 'khs_x' }
const kahub = new Kahub(key)
const order = await kahub.request('POST', '/v1/orders', { body: { reference: 'PO-1', lines: [] } })
const error = await new KahubAdmin(key).request('GET', '/admin/v1/none').catch(error => error)
console.log(order.id, error instanceof NotFound && error.name, error.code)
`

/** Every Node on the PATH: the one the suite runs on, and often the older one of the system. */
function nodesAtHand (): string[] {
  const places = (process.env.PATH ?? '').split(delimiter).map(folder => join(folder, 'node')).filter(node => existsSync(node))
  return [...new Set([process.execPath, ...places].map(node => realpathSync(node)))]
}

/** The entry for resellers with all it imports, as the compiler wrote it. */
function gzippedBytes (folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => /(?<!admin)\.js$/.test(name)).sort()
  return gzipSync(files.map(name => readFileSync(`${folder}/${name}`, 'utf8')).join('\n')).length
}

function sameFiles (t: Test, generated: GeneratedFiles, folder: string): void {
  for (const [name, text] of Object.entries(generated)) {
    t.equal(readFileSync(root + folder + name, 'utf8'), text, `${folder}${name} is what sdk/generate/generate.ts writes`)
  }
}
