// The demo: a small catalogue, one reseller with money and three keys, and 120,000 codes, all made over the operator API with the
// SDK, as an operator would; then a host, a stream and two purchase links, as the reseller would. The sandbox has the same on a
// smaller scale, and goods that meet every fault. Made once; found again at the next start.
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { sandboxStartBalance } from '../schema/rest/sandbox.ts'
import { sandboxFaultKinds, sandboxTagPrefix } from '../schema/sandbox-faults.ts'
import { resellerScopes, sandboxFaults, tokenScopes, type KeyAlgorithm } from '../schema/vocabulary.ts'
import { KahubAdmin } from '../sdk/src/admin.ts'
import { Kahub, type Link, type Session } from '../sdk/src/index.ts'
import { readCredentials, writeCredentials, type Credentials, type PairCredentials } from './credentials.ts'

const levels = [
  { id: 'bronze', name: '青铜 Bronze', rank: 1, perMinute: 600 },
  { id: 'silver', name: '白银 Silver', rank: 2, perMinute: 1_200 },
  { id: 'gold', name: '黄金 Gold', rank: 3, perMinute: 3_000 },
  { id: 'diamond', name: '钻石 Diamond', rank: 4, perMinute: 6_000 }
]

/** High enough for a load test from one machine: 100,000 requests a second. */
export const demoRequestsPerMinute = 6_000_000

interface DemoSku {
  readonly name: string
  readonly faceValue: string
  readonly cost: string
  readonly list: string
  readonly gold: string
  /** Below which purchase links may not sell it. */
  readonly minimumRetail?: string
  readonly codes: number
  readonly prefix: string
}

interface DemoProduct {
  readonly name: string
  readonly issuer: string
  readonly category: string
  readonly tags: string[]
  readonly note: string
  readonly skus: readonly DemoSku[]
}

const issuers = { steam: 'Steam', iqiyi: '爱奇艺 iQIYI', tencent: '腾讯 Tencent', sandbox: '沙箱 Sandbox' }
const categories = { 'game-cards': '游戏点卡 Game cards', memberships: '视频会员 Memberships', sandbox: '沙箱 Sandbox' }

const products: readonly DemoProduct[] = [
  {
    name: 'Steam 钱包充值卡 Steam wallet',
    issuer: 'steam',
    category: 'game-cards',
    tags: ['steam', 'hot'],
    note: 'Redeem in a Steam account of the same region.',
    skus: [
      { name: '¥100', faceValue: '100', cost: '93', list: '98.50', gold: '96.80', minimumRetail: '98', codes: 100_000, prefix: 'STEAM' },
      { name: '¥200', faceValue: '200', cost: '187', list: '196.50', gold: '193.40', codes: 5_000, prefix: 'STEAM' }
    ]
  },
  {
    name: 'Q币 Q coins',
    issuer: 'tencent',
    category: 'game-cards',
    tags: ['tencent'],
    note: '',
    skus: [{ name: '10 Q币', faceValue: '10', cost: '9.20', list: '9.85', gold: '9.62', codes: 10_000, prefix: 'QCOIN' }]
  },
  {
    name: '爱奇艺黄金会员 iQIYI membership',
    issuer: 'iqiyi',
    category: 'memberships',
    tags: ['video', 'hot'],
    note: 'For accounts registered in mainland China.',
    skus: [{ name: '月卡 1 month', faceValue: '30', cost: '14', list: '18.80', gold: '16.9', codes: 5_000, prefix: 'IQIYI' }]
  }
]

/** Codes of each SKU in the sandbox. */
const sandboxCodes = 500
const sandboxFaultCodes = 100

/** What the sandbox sells: the same goods, and for every fault goods that meet it. */
const sandboxProducts: readonly DemoProduct[] = [
  ...products.map(product => ({ ...product, skus: product.skus.map(sku => ({ ...sku, codes: sandboxCodes })) })),
  ...sandboxFaults.map(fault => ({
    name: `Sandbox ${fault}`,
    issuer: 'sandbox',
    category: 'sandbox',
    tags: ['sandbox', sandboxTagPrefix + fault],
    note: sandboxFaultKinds[fault].says,
    skus: [{ name: '¥10', faceValue: '10', cost: '8', list: '9.90', gold: '9.50', codes: sandboxFaultCodes, prefix: 'SANDBOX' }]
  }))
]

type ResellerScope = typeof resellerScopes[number]

/** What only the second key may do: whoever buys neither approves nor says what is to be approved. */
const approverScopes: readonly ResellerScope[] = ['orders:approve', 'approvals:write']

interface DemoKey {
  readonly file: string
  readonly name: string
  readonly scopes: readonly ResellerScope[]
  readonly algorithm?: KeyAlgorithm
}

/** The demo reseller's keys, each in a file of its own. */
const keys: readonly DemoKey[] = [
  { file: 'demo.json', name: 'demo', scopes: resellerScopes.filter(scope => !approverScopes.includes(scope)) },
  { file: 'demo-approver.json', name: 'demo approver', scopes: ['orders:read', ...approverScopes] },
  // Gets bearer tokens, for GraphiQL and other tools.
  { file: 'demo-tools.json', name: 'demo tools', scopes: tokenScopes, algorithm: 'ed25519' }
]
const sandboxKeys: readonly DemoKey[] = [{ file: 'demo-test.json', name: 'demo', scopes: resellerScopes }]

/** Makes the demo data of both worlds and the keys' files where they are not yet; tells each step through `say`. */
export async function ensureDemo (home: string, url: string, say: (line: string) => void): Promise<void> {
  if (!await keepKeys(home, url, keys)) {
    say('Making the demo: a catalogue, a reseller with a wallet and three keys, and 120,000 codes …')
    const admin = await operatorOf(home, url, 'operator.json')
    await makeCatalogue(admin, products)
    await makeKeys(admin, home, url, keys, await makeReseller(admin, 'Demo shop 演示商铺', 20_000_000))
  }
  if (!await keepKeys(home, url, sandboxKeys)) {
    say('Making the sandbox: the same catalogue, goods that meet every fault, and a reseller with play money …')
    const admin = await operatorOf(home, url, 'operator-test.json')
    await makeCatalogue(admin, sandboxProducts)
    await makeKeys(admin, home, url, sandboxKeys, await makeReseller(admin, 'Sandbox shop 沙箱商铺', sandboxStartBalance))
  }
  await Promise.all([ensureLinks(home, url, 'demo.json'), ensureLinks(home, url, 'demo-test.json')])
}

/** Buys one code as the demo reseller would, through the SDK, and shows what came back. */
export async function tryDemoOrder (home: string, url: string, say: (line: string) => void): Promise<void> {
  const credentials = await readCredentials(join(home, 'demo.json'))
  if (!credentials) return
  const kahub = new Kahub({ ...credentials, url })
  const product = (await kahub.products.list({ tag: 'hot' })).data[0]
  const sku = product?.skus[0]
  if (!product || !sku) return
  const order = await kahub.orders.place({ lines: [{ sku: sku.id, quantity: 2 }] })
  const wallet = (await kahub.wallets.list()).data.find(({ currency }) => currency === order.currency)
  say('')
  say('A signed order, placed through the SDK:')
  say(`  bought      2 × ${product.name} ${sku.name}`)
  say(`  order       ${order.id} (${order.state}), reference ${order.reference}`)
  say(`  paid        ${order.total} ${order.currency}, balance ${wallet?.balance.amount ?? '?'} ${order.currency}`)
  for (const code of order.lines.flatMap(line => line.codes ?? [])) say(`  code        ${code.secret.reveal()}`)
}

/** The end of the address of the demo's purchase link; in the sandbox it stands behind `test-`. */
const demoSlug = 'demo'

/** Shows where the demo's purchase link is sold, and where its host watches. */
export async function showDemoLink (home: string, url: string, say: (line: string) => void): Promise<void> {
  const sandbox = await findDemoLink(home, url, 'demo-test.json')
  const live = await findDemoLink(home, url, 'demo.json')
  if (!live || !sandbox) return
  say('')
  say('A purchase link, as a host hangs it under a stream (直播购买链接): open it and buy, no real money moves')
  say(`  page        ${live.link.url}`)
  say(`  its host    ${live.session.live_url} (who looks, who pays, what is left)`)
  say(`  sandbox     ${sandbox.link.url}`)
  const { hostname, port } = new URL(live.link.url)
  const address = addressForPhones()
  if (hostname === '127.0.0.1' && address) say(`  on a phone  start with HOST=0.0.0.0 PUBLIC_URL=http://${address}:${port || 80}, in the same network`)
}

/** Where others in the same network find this machine. */
function addressForPhones (): string | undefined {
  return Object.values(networkInterfaces()).flat().find(one => one?.family === 'IPv4' && !one.internal)?.address
}

async function findDemoLink (home: string, url: string, file: string): Promise<{ link: Link, session: Session } | undefined> {
  const credentials = await readCredentials(join(home, file))
  if (!credentials) return undefined
  const kahub = new Kahub({ ...credentials, url })
  const link = (await demoLinksOf(kahub)).find(({ kind, state }) => kind === 'shared' && state !== 'ended')
  return link?.session ? { link, session: await kahub.sessions.get(link.session) } : undefined
}

async function demoLinksOf (kahub: Kahub): Promise<readonly Link[]> {
  const links = await kahub.links.list({ limit: 100 }).toArray({ limit: 1_000 })
  return links.filter(({ reference }) => reference.startsWith('demo '))
}

/** A host, its stream, and two links in it: one that everybody may buy by, and one that the first purchase ends. */
async function ensureLinks (home: string, url: string, file: string): Promise<void> {
  const kahub = new Kahub({ ...(await readCredentials(join(home, file)))!, url })
  const { key: { scopes } } = await kahub.me.get()
  // A key of an earlier release has no scope for links.
  if (!scopes.includes('links:write') || (await demoLinksOf(kahub)).length === 2) return
  const skus = (await kahub.products.list({ tag: 'hot' }).toArray({ limit: 10 })).flatMap(product => product.skus)
  const sold = (name: string, price: string) =>
    ({ sku: skus.find(sku => sku.name === name)!.id, retail_price: { amount: price, currency } as const })
  const host = await kahub.hosts.create({ reference: 'demo host', name: '小明 Ming', commission_rate: '0.02' })
  const session = await kahub.sessions.create({ reference: 'demo session', title: '今晚开播 Tonight’s stream', host: host.id })
  await kahub.links.create({
    reference: 'demo once', kind: 'one_time', title: '给一位观众 For one viewer: Steam ¥100', session: session.id, skus: [sold('¥100', '98.90')]
  })
  const shared = {
    reference: 'demo shared',
    title: 'Steam 充值卡、爱奇艺会员 Steam cards and iQIYI',
    description: '付款后立即显示卡密。The code is shown as soon as you have paid.',
    redeem_note: 'Steam：账户 → 兑换 Steam 礼品卡。Steam: Account → Redeem a gift card.',
    session: session.id,
    skus: [sold('¥100', '99.90'), sold('月卡 1 month', '21.90')],
    quota: 2_000,
    quota_per_buyer: 20
  }
  await kahub.links.create({ ...shared, slug: demoSlug }).catch(async (error: { readonly code?: string }) => {
    // In the sandbox it is still that of the reseller before a reset.
    if (error.code !== 'in_use') throw error
    await kahub.links.create(shared)
  })
}

/** Whether every key is there and good; then its file tells the address of now. */
async function keepKeys (home: string, url: string, files: readonly DemoKey[]): Promise<boolean> {
  for (const { file } of files) {
    const known = await readCredentials(join(home, file))
    if (!known || !await works({ ...known, url })) return false
    await writeCredentials(join(home, file), { ...known, url })
  }
  return true
}

async function works (credentials: Credentials): Promise<boolean> {
  try {
    await new Kahub(credentials).me.get()
    return true
  } catch (error) {
    if ((error as { status?: number }).status === 401) return false
    throw error
  }
}

async function operatorOf (home: string, url: string, file: string): Promise<KahubAdmin> {
  const operator = await readCredentials(join(home, file))
  if (!operator) throw new Error(`${join(home, file)} is missing`)
  return new KahubAdmin({ ...operator, url })
}

// References make each step find what an interrupted run has made before.
async function makeCatalogue (admin: KahubAdmin, products: readonly DemoProduct[]): Promise<void> {
  const used = <Name extends 'issuer' | 'category'>(name: Name, names: Readonly<Record<string, string>>) =>
    Object.entries(names).filter(([id]) => products.some(product => product[name] === id))
  for (const { id, name, rank, perMinute } of levels) await admin.levels.put(id, { name, rank, requests_per_minute: perMinute })
  for (const [id, name] of used('issuer', issuers)) await admin.issuers.put(id, { name })
  for (const [id, name] of used('category', categories)) await admin.categories.put(id, { name })
  for (const { name, issuer, category, tags, note, skus } of products) {
    const product = await admin.products.create({
      reference: `demo ${name}`, name, kind: 'code', issuer, category, tags, qualification_note: note
    })
    for (const sku of skus) await makeSku(admin, product.id, `${name} ${sku.name}`, sku)
  }
}

const currency = 'CNY'

async function makeSku (admin: KahubAdmin, productId: string, title: string, wish: DemoSku): Promise<void> {
  const { name, faceValue, cost, list, gold, minimumRetail } = wish
  const reference = `demo ${title}`
  const face = { amount: faceValue, currency } as const
  const sku = await admin.skus.create(productId, { reference, name, currency, face_value: face, region: 'CN' })
  await importCodes(admin, sku.id, reference, wish)
  await admin.prices.set({
    rules: [
      { kind: 'list', sku: sku.id, amount: { amount: list, currency } },
      { kind: 'level', sku: sku.id, level: 'gold', amount: { amount: gold, currency } },
      { kind: 'quantity_break', sku: sku.id, quantity_min: 1_000, rate: '0.995' },
      { kind: 'floor', sku: sku.id, amount: { amount: cost, currency } },
      ...minimumRetail === undefined ? [] : [{ kind: 'minimum_retail' as const, sku: sku.id, amount: { amount: minimumRetail, currency } }]
    ]
  })
}

const codesPerPart = 50_000

async function importCodes (admin: KahubAdmin, sku: string, reference: string, { cost, codes, prefix }: DemoSku): Promise<void> {
  let opened = await admin.imports.create({ reference, sku, unit_cost: { amount: cost, currency }, supplier: 'demo' })
  if (opened.state !== 'open') return
  // What an interrupted run has sent cannot be made again, being random: the import goes on with new codes.
  for (let part = opened.parts + 1; opened.codes < codes; part++) {
    const length = Math.min(codesPerPart, codes - opened.codes)
    const lines = Array.from({ length }, () => JSON.stringify({ secret: demoSecret(prefix) }) + '\n')
    await admin.imports.putPart(opened.id, part, Buffer.from(lines.join('')), 'application/x-ndjson')
    opened = await admin.imports.get(opened.id)
  }
  await admin.imports.commit(opened.id)
}

function demoSecret (prefix: string): string {
  const hex = randomBytes(8).toString('hex').toUpperCase()
  return `${prefix}-${hex.slice(0, 4)}-${hex.slice(4, 8)}-${hex.slice(8, 12)}-${hex.slice(12)}`
}

async function makeReseller (admin: KahubAdmin, name: string, balance: number): Promise<string> {
  const { id } = await admin.resellers.create({ reference: 'demo', name, level: 'gold', currency: 'CNY' })
  await admin.deposits.create(id, { reference: 'demo', amount: { amount: String(balance), currency }, reason: 'play money of the demo' })
  return id
}

async function makeKeys (admin: KahubAdmin, home: string, url: string, files: readonly DemoKey[], reseller: string): Promise<void> {
  for (const key of files) await writeCredentials(join(home, key.file), { url, ...await makeKey(admin, reseller, key) })
}

async function makeKey (
  admin: KahubAdmin, reseller: string, { name, scopes, algorithm = 'hmac-sha256' }: DemoKey
): Promise<Omit<Credentials, 'url'> | Omit<PairCredentials, 'url'>> {
  const pair = algorithm === 'ed25519'
    ? generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as PairCredentials['privateKey']
    : undefined
  const key = await admin.resellerKeys.create(reseller, {
    reference: `${name} ${randomBytes(8).toString('hex')}`,
    name,
    algorithm,
    ...(pair && { public_key: { kty: 'OKP', crv: 'Ed25519', x: pair.x } }),
    scopes: [...scopes],
    requests_per_minute: demoRequestsPerMinute
  })
  return pair
    ? { keyId: key.id, algorithm: 'ed25519', privateKey: pair }
    : { keyId: key.id, algorithm: 'hmac-sha256', secret: key.secret! }
}
