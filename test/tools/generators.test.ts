// Clients that others' generators print from openapi.yaml: openapi-typescript and @hey-api/openapi-ts. Each is run on the contract as
// it lies in the tree, compiled strictly together with a program that buys with it, and the program buys at a house.
import t, { type Test } from 'tap'
import { build } from 'esbuild'
import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve as resolvePath } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { signedFetch } from '../../examples/signed-fetch.ts'
import { openHouse } from '../support/house.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const contract = join(root, 'openapi.yaml')

const house = await openHouse(t)
const reseller = await house.reseller({ balance: '25' })
const sku = await house.sku({ codes: 10, price: '10' })

interface Generator {
  readonly package: string
  /** What it is told to read and to write. */
  readonly words: (contract: string, folder: string) => readonly string[]
  /** All that it says when all is well. */
  readonly says: readonly RegExp[]
  /** Where its types are, in its folder. */
  readonly types: string
  /** Its section of docs/tools.md. */
  readonly section: number
  /** A program that uses what it printed. */
  readonly program: string
}

/** What both programs do: they buy one, then more than there is money for. */
interface Program {
  readonly buy: (baseUrl: string, signed: typeof fetch) => Promise<{ price: string | undefined, bought: string, refused: string }>
}

/** A decision by codes, which are known to both clients. */
const whatToDo = `function whatToDo (problem: Problem): string {
  switch (problem.code) {
    case 'insufficient_balance': return 'deposit: ' + problem.detail
    case 'out_of_stock': return problem.retryable ? 'wait' : 'look elsewhere'
    // @ts-expect-error: no such code
    case 'no_such_code': return ''
    default: return problem.code
  }
}
`

const generators: readonly Generator[] = [
  {
    package: 'openapi-typescript',
    words: (contract, folder) => ['openapi-typescript', contract, '-o', join(folder, 'contract.ts')],
    says: [/^✨ openapi-typescript [\d.]+$/, /^🚀 \S+ → \S+ \[[\d.]+m?s\]$/],
    types: 'contract.ts',
    section: 0,
    program: `
import type { components, paths, webhooks } from './kahub/contract.js'

type Json<Body> = { get: { responses: { 200: { content: { 'application/json': Body } } } } }
type Answer<Path extends keyof paths> = paths[Path] extends Json<infer Body> ? Body : never
type Problem = components['schemas']['Problem']
type Callback = webhooks['order.completed']['post']['requestBody']['content']['application/json']

export async function buy (baseUrl: string, signed: typeof fetch) {
  const products: Answer<'/v1/products'> = await (await signed(baseUrl + '/v1/products?limit=5')).json()
  const sku = products.data[0]!.skus[0]!.id
  const price: string | undefined = products.data[0]!.skus[0]!.unit_price?.amount
  const most = { amount: '10', currency: 'CNY' } as const
  const bought = await place(baseUrl, signed, { reference: 'PO-1', lines: [{ sku, quantity: 1 }], max_total: most })
  const refused = await place(baseUrl, signed, { reference: 'PO-2', lines: [{ sku, quantity: 2 }] })
  return { price, bought, refused }
}

async function place (baseUrl: string, signed: typeof fetch, body: components['schemas']['PlaceOrderBody']) {
  const response = await signed(baseUrl + '/v1/orders', {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body)
  })
  if (!response.ok) return whatToDo(await response.json())
  const order: components['schemas']['Order'] = await response.json()
  return order.reference + ' ' + order.state + ' ' + order.lines![0]!.codes![0]!.secret
}

${whatToDo}
export const told = (callback: Callback): string => callback.data.order.id + callback.sequence
// @ts-expect-error: an order needs lines
export const nothing: components['schemas']['PlaceOrderBody'] = { reference: 'PO-3' }
`
  },
  {
    package: '@hey-api/openapi-ts',
    words: (contract, folder) => ['openapi-ts', '-i', contract, '-o', folder, '--no-log-file'],
    says: [
      /^@hey-api\/openapi-ts v[\d.]+$/,
      /^\[Job 1\] ~ Generating\.\.\.$/,
      /^\[Job 1\] {3}\[1\] \S+$/,
      /^\[Job 1\] ✓ \S+ · \d+ files · [\d.]+m?s$/
    ],
    types: 'types.gen.ts',
    section: 1,
    program: `
import { client } from './kahub/client.gen.js'
import { listProducts, placeOrder, type OnOrderCompletedWebhookPayload, type PlaceOrderBody, type Problem } from './kahub/index.js'

export async function buy (baseUrl: string, signed: typeof fetch) {
  client.setConfig({ baseUrl, fetch: signed })
  const { data: products } = await listProducts({ query: { limit: 5 }, throwOnError: true })
  const sku = products.data[0]!.skus[0]!.id
  const price: string | undefined = products.data[0]!.skus[0]!.unit_price?.amount
  const bought = await place({ reference: 'PO-1', lines: [{ sku, quantity: 1 }], max_total: { amount: '10', currency: 'CNY' } })
  const refused = await place({ reference: 'PO-2', lines: [{ sku, quantity: 2 }] })
  return { price, bought, refused }
}

async function place (body: PlaceOrderBody) {
  const { data: order, error } = await placeOrder({ body })
  if (error) return whatToDo(error)
  return order.reference + ' ' + order.state + ' ' + order.lines![0]!.codes![0]!.secret
}

${whatToDo}
export const told = (callback: OnOrderCompletedWebhookPayload): string => callback.data.order.id + callback.sequence
// @ts-expect-error: an order needs lines
export const nothing: PlaceOrderBody = { reference: 'PO-3' }
`
  }
]

for (const generator of generators) {
  t.test(`${generator.package} prints a client from openapi.yaml without a warning; it compiles strictly, and buys`, async t => {
    const folder = await openFolder(t)
    const { code, said } = await generate(generator, contract, join(folder, 'kahub'))
    t.equal(code, 0, said)
    t.same(said.split('\n').filter(line => line.trim() !== '' && !generator.says.some(pattern => pattern.test(line))), [], 'no warning')

    const types = await readFile(join(folder, 'kahub', generator.types), 'utf8')
    t.same(types.match(/^(?:export type| {8}) ?[A-Z]\w*\d+(?= =|:)/gm) ?? [], [], 'no shape had to be called by a number')
    t.same(types.match(/^ +body\??: unknown/gm) ?? [], [], 'no body is unknown')

    const [example, translated] = await Promise.all(['docs/tools.md', 'docs/tools.zh-CN.md'].map(async page =>
      [...(await readFile(join(root, page), 'utf8')).matchAll(/^```ts\n(.*?)^```$/gms)][generator.section]![1]!))
    t.equal(translated, example, 'the same example in both languages')
    await copyFile(join(root, 'examples/signed-fetch.ts'), join(folder, 'signed-fetch.ts'))
    await writeFile(join(folder, 'example.ts'), example!)
    await writeFile(join(folder, 'program.ts'), generator.program)
    t.same(await run('tsc', ['-p', folder]), { code: 0, said: '' }, 'it compiles strictly, and what must not compile does not')

    await Promise.all(['program', 'example'].map(name => build({
      entryPoints: [join(folder, `${name}.ts`)],
      outfile: join(folder, `${name}.mjs`),
      bundle: true,
      format: 'esm',
      platform: 'node',
      logLevel: 'silent'
    })))
    const { buy } = await import(pathToFileURL(join(folder, 'program.mjs')).href) as Program
    const { price, bought, refused } = await buy(house.url, signedFetch(reseller.credentials as { keyId: string, secret: string }))
    t.equal(price, '10.00')
    t.match(bought, /^PO-1 completed CODE-/)
    t.match(refused, /^deposit: /)
    t.equal((await reseller.kahub.orders.list({ reference: 'PO-1' })).data.length, 1, 'the same reference from both clients is one order')

    const { keyId: KAHUB_KEY_ID, secret: KAHUB_SECRET } = (await house.reseller()).credentials as { keyId: string, secret: string }
    const ran = await run(join(folder, 'example.mjs'), [], { KAHUB_URL: house.url, KAHUB_KEY_ID, KAHUB_SECRET })
    t.match(ran, { code: 0, said: /^ord_\S+ completed\n$/ }, 'the example of docs/tools.md buys too')
  })
}

t.test('a contract that refers to what is not there would have been noticed', async t => {
  const folder = await openFolder(t)
  const broken = join(folder, 'broken.yaml')
  const whole = await readFile(contract, 'utf8')
  await writeFile(broken, whole.replaceAll('#/components/schemas/PlaceOrderBody', '#/components/schemas/Nothing'))
  const { code, said } = await generate(generators[0]!, broken, folder)
  t.not(code, 0)
  t.match(said, /Can't resolve \$ref/)
})

t.test('signed-fetch signs what the client gave it: text beyond ASCII, a query, headers that must be covered', async t => {
  const signed = signedFetch(reseller.credentials as { keyId: string, secret: string })
  const body = JSON.stringify({ reference: '订单-1', lines: [{ sku, quantity: 1 }], dry_run: true })
  const headers = { 'content-type': 'application/json', 'idempotency-key': 'PO-9' }
  t.equal((await signed(`${house.url}/v1/products?tag=a%20b&limit=5`)).status, 200)
  const answer = await signed(`${house.url}/v1/orders`, { method: 'POST', body, headers })
  t.equal((await answer.json()).code, 'reference_mismatch', 'believed, and refused for what it says')
  t.equal((await signedFetch({ keyId: reseller.credentials.keyId, secret: 'khs_wrong' })(`${house.url}/v1/me`)).status, 401)
})

/** A folder with the settings a careful user has. */
async function openFolder (t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kahub-generators-'))
  t.teardown(() => rm(folder, { recursive: true }))
  await mkdir(join(folder, 'kahub'))
  await writeFile(join(folder, 'package.json'), '{"type": "module"}')
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({
    compilerOptions: {
      target: 'es2022',
      lib: ['es2022', 'dom', 'dom.iterable'],
      module: 'nodenext',
      moduleResolution: 'nodenext',
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
      allowImportingTsExtensions: true,
      strict: true,
      noUncheckedIndexedAccess: true,
      noEmit: true
    }
  }))
  return folder
}

function generate ({ words }: Generator, contract: string, folder: string): Promise<{ code: number, said: string }> {
  const [program, ...rest] = words(contract, folder)
  return run(program!, rest)
}

/** Runs a program, of node_modules where it has no path; gives all that it said, without colours. */
function run (program: string, words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<{ code: number, said: string }> {
  const path = resolvePath(root, 'node_modules/.bin', program)
  return new Promise(resolve => {
    execFile(process.execPath, [path, ...words], { maxBuffer: 1e7, env: { ...process.env, ...env } }, (error, stdout, stderr) => {
      // eslint-disable-next-line no-control-regex
      resolve({ code: Number(error?.code ?? 0), said: (stdout + stderr).replace(/\x1b\[[0-9;]*m/g, '') })
    })
  })
}
