// The collections for Postman and Bruno: they are what openapi.yaml gives, they sign as the independent vectors say, and Postman's own
// runner (newman) buys with the one. Bruno itself is not run here: its script is, in Postman's sandbox, with the req, bru, uuid and
// crypto-js that Bruno's safe mode gives it and with nothing else.
import t, { type Test } from 'tap'
import { createRequire } from 'node:module'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { generate } from '../../examples/collections/generate.ts'
import { openHouse } from '../support/house.ts'
import { vectors } from '../support/signing-vectors.ts'

const require = createRequire(import.meta.url)
const newman = require('newman') as Newman
// It comes with newman, and is what newman and Postman run scripts in.
const sandbox = require('postman-sandbox') as Sandbox

const root = fileURLToPath(new URL('../../', import.meta.url))
const folder = join(root, 'examples/collections')
const textOf = (name: string) => readFileSync(join(root, name), 'utf8')
const contract = textOf('openapi.yaml')
const postman = JSON.parse(textOf('examples/collections/kahub.postman_collection.json')) as PostmanCollection

const house = await openHouse(t)
const reseller = await house.reseller({ balance: '1000', world: 'test' })
await house.sku({ codes: 10, price: '10', world: 'test' })

const context = await new Promise<SandboxContext>((resolve, reject) =>
  sandbox.createContext((error, context) => error ? reject(error) : resolve(context)))
t.teardown(() => context.disconnect())

t.test('both collections are what openapi.yaml gives', async t => {
  const made = generate(contract)
  const kept = ['kahub.postman_collection.json', ...filesOf('bruno')]
  t.same(kept.toSorted(), Object.keys(made).toSorted(), 'no file is missing or left over: node examples/collections/generate.ts')
  for (const [name, text] of Object.entries(made)) if (kept.includes(name)) t.equal(textOf(`examples/collections/${name}`), text, name)
  t.notOk(Object.values(made).some(text => /khs_[A-Za-z0-9]/.test(text)), 'nobody’s secret is in them')
})

const streams = ['GET /v1/events/stream', 'GET /v1/sessions/{}/live']

t.test('every operation of a reseller is in them, but for streams', async t => {
  const { paths } = parse(contract, { maxAliasCount: -1 }) as { paths: Record<string, Record<string, { operationId: string }>> }
  const operations = Object.entries(paths).filter(([path]) => path.startsWith('/v1/')).flatMap(([path, methods]) =>
    Object.keys(methods).map(method => `${method.toUpperCase()} ${path.replace(/\{\w+\}/g, '{}')}`))
  const requests = postman.item.flatMap(({ item }) => item).map(({ request: { method, url } }) =>
    `${method} /${url.path.join('/').replace(/\{\{\w+\}\}/g, '{}')}`)
  t.same([...new Set(requests)].toSorted(), operations.filter(operation => !streams.includes(operation)).toSorted())
})

t.test('the scripts of both sign byte for byte as the independent vectors say', async t => {
  const bruno = /^script:pre-request \{\n(.*?)^\}$/ms.exec(textOf('examples/collections/bruno/collection.bru'))![1]!
  const scripts = { postman: postman.event[0]!.script.exec.join('\n'), bruno }
  t.ok(vectors.length > 3)
  for (const vector of vectors) {
    const expected = {
      url: `http://127.0.0.1:8080${vector.target}`,
      'Signature-Input': vector.signature_input,
      Signature: vector.signature,
      ...(vector.content_digest !== null && { 'Content-Digest': vector.content_digest })
    }
    for (const [name, script] of Object.entries(scripts)) {
      t.match(await signedBy(script, vector), expected, `${name}: ${vector.method} ${vector.target}`)
    }
  }
})

t.test('what is sent is what was signed: variables, text beyond ASCII in the address, headers that must be covered', async t => {
  const bruno = /^script:pre-request \{\n(.*?)^\}$/ms.exec(textOf('examples/collections/bruno/collection.bru'))![1]!
  const request = {
    method: 'post',
    target: '/v1/{{keyId}}/卡?tag=a b\'"&x=%20',
    body: '{"reference":"{{keyId}}"}',
    secret: 'khs_x',
    signature_input: ';created=1;keyid="key_demo";nonce="n"',
    headers: { 'Idempotency-Key': ' PO-1 ', 'Kahub-Version': '2026-11-21', Accept: '*/*' }
  }
  const signed = await signedBy(bruno, request)
  t.equal(signed.url, 'http://127.0.0.1:8080/v1/key_demo/%E5%8D%A1?tag=a%20b%27%22&x=%20')
  t.equal(signed.body, '{"reference":"key_demo"}')
  t.match(signed['Signature-Input'], '("@method" "@path" "@query" "content-digest" "idempotency-key" "kahub-version");')
})

t.test('Postman’s runner makes a first purchase, and sending it again buys nothing twice', async t => {
  const executions = await run(t, { folder: 'First purchase' })
  t.same(executions.map(({ response }) => response?.code), [200, 200, 201, 200, 200, 409])
  const [, , bought, again, read] = executions.map(({ response }) => response?.json())
  t.equal(again.id, bought.id)
  t.equal(again.lines[0].codes[0].secret, bought.lines[0].codes[0].secret)
  t.equal(read.reference, bought.reference)
  t.equal((await reseller.kahub.orders.list()).data.length, 1)

  const wrong = await run(t, { folder: 'First purchase', secret: 'khs_wrong', failures: true })
  t.equal(wrong[0]!.response?.code, 401, 'with another secret nothing is believed')
  await house.proves(t)
})

t.test('every request of the collection is believed, and fits the contract as it stands there', async t => {
  const executions = await run(t, {})
  t.equal(executions.length, postman.item.flatMap(({ item }) => item).length)
  const refused = executions.filter(({ response }) => response === undefined || response.code >= 400)
  // What was revealed is not given back; ids of what nobody has made yet name nothing; what was ended is not changed, and what is not owed
  // not paid out.
  const may = ['not_found', 'codes_revealed', 'reference_reused', 'state_conflict']
  t.same(refused.filter(({ response }) => !may.includes(response?.json().code)).map(told), [], 'all others are fulfilled')
  t.ok(refused.length < executions.length / 4, `${executions.length - refused.length} of ${executions.length} are fulfilled`)
})

interface PostmanCollection {
  readonly event: ReadonlyArray<{ readonly script: { readonly exec: readonly string[] } }>
  readonly item: ReadonlyArray<{
    readonly item: ReadonlyArray<{
      readonly request: { readonly method: string, readonly url: { readonly path: readonly string[] } }
    }>
  }>
}

interface Execution {
  readonly item: { readonly name: string }
  readonly request: { readonly method: string, readonly url: object }
  readonly response?: { readonly code: number, json (): any, text (): string }
  readonly assertions?: ReadonlyArray<{ readonly assertion: string, readonly error?: Error }>
}

interface Summary {
  readonly run: { readonly executions: readonly Execution[], readonly failures: ReadonlyArray<{ readonly error: Error }> }
}
interface Newman { run (options: object, done: (error: Error | null, summary: Summary) => void): void }

interface SandboxContext {
  execute (code: string, options: object, done: (error: Error | null, execution: { globals: { values: readonly Global[] } }) => void): void
  disconnect (): void
}
interface Global { readonly key: string, readonly value: string }
interface Sandbox { createContext (done: (error: Error | null, context: SandboxContext) => void): void }

/** Runs the collection, or a folder of it, as newman's command does; asserts that its own tests pass, unless they should not. */
function run (t: Test, more: { folder?: string, secret?: string, failures?: true }): Promise<readonly Execution[]> {
  const { keyId, secret } = reseller.credentials as { keyId: string, secret: string }
  const values = { baseUrl: house.url, keyId, secret: more.secret ?? secret }
  const envVar = Object.entries(values).map(([key, value]) => ({ key, value }))
  const options = { collection: postman, folder: more.folder, envVar, reporters: [] }
  return new Promise((resolve, reject) => newman.run(options, (error, summary) => {
    if (error) return reject(error)
    const failed = summary.run.failures.map(failure => failure.error.message)
    if (more.failures) t.ok(failed.length > 0, 'its tests say so')
    else t.same(failed, [], 'its own tests pass')
    resolve(summary.run.executions)
  }))
}

function told ({ item, response }: Execution): string {
  return `${item.name}: ${response?.code} ${response?.text()}`
}

interface Signable {
  readonly method: string
  readonly target: string
  readonly body: string | null
  readonly secret: string
  readonly signature_input: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Runs a script of a collection on a request, at the time and with the nonce of a vector; gives the address, the body and the headers. */
function signedBy (script: string, vector: Signable): Promise<Record<string, string>> {
  const { method, target, body, secret, signature_input: input, headers = {} } = vector
  const [, created, keyId, nonce] = /;created=(\d+);keyid="([^"]+)";nonce="([^"]+)"/.exec(input)!
  const given = JSON.stringify({ method, url: `http://127.0.0.1:8080${target}`, body, headers, values: { keyId, secret } })
  const code = `
    const given = ${given}
    const made = { url: given.url, body: given.body, ...given.headers }
    const filled = text => text.replace(/\\{\\{(\\w+)\\}\\}/g, (_, name) => given.values[name])
    const outside = { set: (name, value) => pm.globals.set(name, value), require }
    ;((require, Date, bru, req, pm) => {
      ${script}
    })(
      name => name === 'uuid' ? { v4: () => '${nonce}' } : name === 'crypto-js' ? outside.require(name) : undefined,
      { now: () => ${created}000 + 999 },
      { interpolate: filled },
      {
        getMethod: () => given.method.toUpperCase(), getUrl: () => given.url, setUrl: url => { made.url = url },
        getHeaders: () => given.headers, setHeader: (name, value) => { made[name] = value },
        getBody: () => given.body === null ? undefined : given.body, setBody: body => { made.body = body }
      },
      {
        variables: { replaceIn: filled, get: name => given.values[name] },
        request: {
          method: given.method,
          url: { toString: () => given.url, update: url => { made.url = url } },
          headers: {
            each: does => Object.entries(given.headers).forEach(([key, value]) => does({ key, value })),
            upsert: ({ key, value }) => { made[key] = value }
          },
          body: { mode: 'raw', raw: given.body, update: ({ raw }) => { made.body = raw } }
        }
      }
    )
    outside.set('made', JSON.stringify(made))`
  return new Promise((resolve, reject) => context.execute(code, {}, (error, execution) => {
    if (error) return reject(error)
    resolve(JSON.parse(execution.globals.values.find(({ key }) => key === 'made')!.value))
  }))
}

function filesOf (name: string): string[] {
  return readdirSync(join(folder, name)).flatMap(entry => {
    const path = `${name}/${entry}`
    return statSync(join(folder, path)).isDirectory() ? filesOf(path) : [path]
  })
}
