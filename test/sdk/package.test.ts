// The package as it is published: what npm makes of sdk/ in a fresh clone, installed into an empty folder and used by each kind of user.
import t from 'tap'
import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createContext, Script } from 'node:vm'
import { gzipSync } from 'node:zlib'
import { build, type BuildOptions } from 'esbuild'
import { json, problem, startReceiver } from './receiver.ts'

const execute = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))
const bin = (name: string) => `${root}node_modules/.bin/${name}`

/** The most that a bundle may weigh, minified and gzipped, in bytes. */
// It was 14 for a contract of 78 operations; each call of today's 110 weighs some 30 bytes.
const wholeBytesMax = 15 * 1024
const verifierBytesMax = 2 * 1024

const place = t.testdir()
cpSync(`${root}sdk`, `${place}/clone/sdk`, { recursive: true, filter: path => !path.startsWith(`${root}sdk/dist`) })
await execute('npm', ['pack', './sdk', '--pack-destination', '.', '--ignore-scripts=false'], { cwd: `${place}/clone` })
const tarball = `${place}/clone/kahub-sdk-0.1.0.tgz`
const installed = `${place}/shop/node_modules/@kahub/sdk`
mkdirSync(installed, { recursive: true })
await execute('tar', ['xzf', tarball, '--strip-components=1', '-C', installed])
const manifest = JSON.parse(readFileSync(`${installed}/package.json`, 'utf8'))

t.test('publint and attw find nothing wrong with it', async t => {
  const publint = await execute(bin('publint'), ['run', '--strict', '--pack', 'false', installed])
  t.match(publint.stdout, /All good!/)
  const attw = await execute(bin('attw'), [tarball, '--format', 'json'])
  const { problems, analysis } = JSON.parse(attw.stdout)
  t.same(problems ?? {}, {})
  t.same(Object.keys(analysis.entrypoints), ['.', './admin', './webhooks', './package.json'])
})

t.test('it needs nothing, says what it is, and can be published with provenance', async t => {
  t.same([manifest.dependencies, manifest.peerDependencies, manifest.optionalDependencies], [undefined, undefined, undefined])
  t.match(manifest, { sideEffects: false, engines: { node: '>=20.3' }, publishConfig: { provenance: true }, repository: { directory: 'sdk' } })
  const { scripts } = manifest
  t.same(Object.keys(scripts).filter(name => /install|prepare/.test(name)), [], 'nothing runs at its installation')
  t.ok(existsSync(`${installed}/README.md`))
})

t.test('every file has its map, and every map its source', async t => {
  const files = readdirSync(`${installed}/dist`, { recursive: true, encoding: 'utf8' }).filter(name => /\.(js|d\.ts)$/.test(name))
  t.ok(files.length > 80)
  for (const name of files) {
    const file = `${installed}/dist/${name}`
    const map = JSON.parse(readFileSync(`${file}.map`, 'utf8')) as { sources: string[] }
    for (const source of map.sources) if (!existsSync(join(dirname(file), source))) t.fail(`${name} comes from ${source}`)
  }
})

t.test('plain JavaScript buys with it on every Node at hand, as module and as CommonJS', async t => {
  writeFileSync(`${place}/shop/buy.mjs`, `import { Kahub, NotFound, webhooks } from '@kahub/sdk'
import { KahubAdmin } from '@kahub/sdk/admin'
import { unwrap } from '@kahub/sdk/webhooks'
${shop}`)
  writeFileSync(`${place}/shop/buy.cjs`, `const { Kahub, NotFound, webhooks } = require('@kahub/sdk')
const { KahubAdmin } = require('@kahub/sdk/admin')
const { unwrap } = require('@kahub/sdk/webhooks')
${shop}`)
  const versions = []
  for (const node of nodesAtHand()) {
    const version = (await execute(node, ['--version'])).stdout.trim()
    versions.push(version)
    for (const file of ['buy.mjs', 'buy.cjs']) {
      const receiver = await startReceiver([problem(503, 'overloaded'), json(bought, 201), problem(404, 'not_found')])
      const { stdout } = await execute(node, [`${place}/shop/${file}`, receiver.url])
      await receiver.stop()
      t.equal(stdout, 'ord_1 Secret(…) CARD-1 NotFound not_found function\n', `${file} on ${version}`)
    }
  }
  t.comment(`Nodes at hand: ${versions.join(', ')}`)
})

t.test('codes that came by the one build of it are written in the clear by the other', async t => {
  writeFileSync(`${place}/shop/both.mjs`, `import { createRequire } from 'node:module'
import { toClearJson } from '@kahub/sdk'
const { Secret } = createRequire(import.meta.url)('@kahub/sdk')
console.log(toClearJson({ codes: [{ secret: new Secret('CARD-1') }, null, undefined] }))`)
  t.equal((await execute(process.execPath, [`${place}/shop/both.mjs`])).stdout, '{"codes":[{"secret":"CARD-1"},null,null]}\n')
})

t.test('it runs where there is nothing but what the web has: no process, no Buffer, no require', async t => {
  const receiver = await startReceiver([json(bought, 201)])
  t.teardown(receiver.stop)
  const { code } = await bundle("export * from '@kahub/sdk'", { format: 'iife', globalName: 'sdk', platform: 'neutral' })
  const names = 'AbortController AbortSignal atob Blob btoa clearTimeout crypto fetch Headers Request Response setTimeout ' +
    'TextDecoder TextEncoder URL Uint8Array ArrayBuffer DataView'
  const web = Object.fromEntries(names.split(' ').map(name => [name, globalThis[name as keyof typeof globalThis]]))
  const said: unknown[] = []
  const context = createContext({ ...web, url: receiver.url, say: (...words: unknown[]) => said.push(...words) })
  const work = `(async () => {
    const kahub = new sdk.Kahub({ url, keyId: 'key_test_1', secret: 'khs_x' })
    const order = await kahub.orders.place({ lines: [] })
    const secret = sdk.webhooks.newSecret()
    const { body, headers } = await sdk.webhooks.signForTest({ type: 'endpoint.test' }, { secret })
    say(order.id, typeof process, typeof Buffer, typeof require, (await sdk.webhooks.unwrap(body, headers, { secrets: secret })).type)
  })()`
  new Script(code).runInContext(context)
  await new Script(work).runInContext(context)
  t.same(said, ['ord_1', 'undefined', 'undefined', 'undefined', 'endpoint.test'])
})

t.test('all of it weighs 15 KB at most, and what verifies callbacks 2 KB', async t => {
  const whole = await bundle("export * from '@kahub/sdk'")
  const verifier = await bundle("export * from '@kahub/sdk/webhooks'")
  for (const [what, { bytes }, max] of [['whole', whole, wholeBytesMax], ['verifier', verifier, verifierBytesMax]] as const) {
    t.comment(`${what}: ${bytes} of ${max} bytes, minified and gzipped`)
    t.ok(bytes <= max, `${what} weighs ${bytes} bytes`)
  }
})

t.test('a bundle has what is used of it and nothing else', async t => {
  const { modules: verifier } = await bundle("export { webhooks } from '@kahub/sdk'")
  t.same(verifier, ['errors.js', 'webhooks.js'])
  t.same((await bundle("export { unwrap } from '@kahub/sdk/webhooks'")).modules, ['errors.js', 'webhooks.js'])
  t.same((await bundle("export {} from '@kahub/sdk'")).modules, [])

  const { code, modules, bytes } = await bundle("export { Connection, StockResource } from '@kahub/sdk'", { minifyIdentifiers: false })
  t.ok(code.includes('/v1/stock'))
  t.notOk(/["'`]\/v1\/(?!stock)/.test(code), 'no call of another resource')
  for (const module of ['pages.js', 'lines.js', 'watch.js', 'event-stream.js', 'webhooks.js']) t.notOk(modules.includes(module), module)
  t.comment(`one resource: ${bytes} bytes`)
})

t.test('TypeScript finds its types however it looks for them', async t => {
  const source = `import { Kahub, type Order } from '@kahub/sdk'
import { KahubAdmin } from '@kahub/sdk/admin'
import { unwrap, type Callback } from '@kahub/sdk/webhooks'
export const buy = (kahub: Kahub): Promise<Order> => kahub.orders.place({ lines: [{ sku: 'sku_a', quantity: 1 }] })
export const hear = (body: string): Promise<Callback> => unwrap(body, {}, { secrets: 'whsec_x' })
export const operator: typeof KahubAdmin = KahubAdmin
`
  for (const name of ['shop.mts', 'shop.cts']) writeFileSync(`${place}/shop/${name}`, source)
  const common = ['--ignoreConfig', '--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2022,dom,dom.iterable,dom.asynciterable']
  for (const how of [['nodenext', 'nodenext'], ['esnext', 'bundler']] as const) {
    const files = how[1] === 'bundler' ? ['shop.mts'] : ['shop.mts', 'shop.cts']
    const run = execute(bin('tsc'), [...common, '--module', how[0], '--moduleResolution', how[1], ...files], { cwd: `${place}/shop` })
    t.equal(await run.then(() => 'compiles', ({ stdout }) => stdout), 'compiles', how.join(' '))
  }
})

const bought = { id: 'ord_1', lines: [{ line: 1, codes: [{ secret: 'CARD-1' }] }] }

const shop = `
void (async () => {
  const key = { url: process.argv[2], keyId: 'key_test_1', algorithm: 'hmac-sha256', secret: 'khs_x' }
  const kahub = new Kahub(key)
  const order = await kahub.orders.place({ reference: 'PO-1', lines: [] })
  const error = await new KahubAdmin(key).request('GET', '/admin/v1/none').catch(error => error)
  const [{ secret }] = order.lines[0].codes
  console.log(order.id, String(secret), secret.reveal(), error instanceof NotFound && error.name, error.code, typeof unwrap)
  if (webhooks.unwrap !== unwrap) throw new Error('the package is there twice')
})()
`

/** Every Node on the PATH and in its usual place: the one the suite runs on, and often the older one of the system. */
function nodesAtHand (): string[] {
  const places = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'].map(folder => join(folder, 'node'))
  return [...new Set([process.execPath, ...places.filter(node => existsSync(node))].map(node => realpathSync(node)))]
}

interface Bundle { readonly code: string, readonly bytes: number, readonly modules: readonly string[] }

/** A bundle of what is imported from the installed package; its modules are those of which anything is left. */
async function bundle (contents: string, options: BuildOptions = {}): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: `${place}/shop` },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    metafile: true,
    ...options
  })
  const [output] = Object.values(metafile!.outputs)
  const modules = Object.entries(output!.inputs).filter(([path, { bytesInOutput }]) => bytesInOutput > 0 && path.includes('@kahub'))
    .map(([path]) => path.split('/dist/esm/')[1]!).sort()
  return { code: outputFiles![0]!.text, bytes: gzipSync(outputFiles![0]!.contents, { level: 9 }).length, modules }
}
