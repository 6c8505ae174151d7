// A run: the sandbox is made ready, every scenario is performed, several at a time, and a certificate says how it went.
import { contractVersion } from '../../../sdk/src/generated/version.ts'
import { KahubError, type Endpoint, type Kahub, type Sku } from '../../../sdk/src/index.ts'
import { sandboxTagPrefix } from '../../../schema/sandbox-faults.ts'
import { RefusedError, UsageError } from '../failures.ts'
import { findingKinds, type Finding, type FindingKind } from './findings.ts'
import { openLedger } from './ledger.ts'
import { NotTried, openPlay, type Limits, type Stage } from './play.ts'
import { scenarios, type Scenario } from './scenarios.ts'
import { ShopFault, shopAt } from './shop.ts'

export const limitsDefault: Limits = { toldMsMax: 100_000, callbackMsMax: 30_000, quietMs: 2_000, lookEveryMs: 250 }
/** Scenarios performed at once. */
export const atOnceDefault = 6
/** How much of the catalogue is looked through for goods without a fault. */
const productsMax = 500
/** Plain scenarios are spread over so many goods. */
const plainSkusMax = 4
/** Codes of each SKU before the run. */
const stockWanted = 50
/** What the wallet has at least before the run, and what it gets when it has less: play money, in major units. */
const balanceMin = 50_000
const balanceWanted = 1_000_000

export interface Wish {
  readonly shopUrl: string
  /** Those to perform; all when left out. */
  readonly only?: readonly string[] | undefined
  /** false: callbacks are left out. */
  readonly callbacks: boolean
  /** The shop’s endpoint; the only one that is enabled when left out. */
  readonly endpoint?: string | undefined
  /** The secret of the endpoint. */
  readonly secret?: string | undefined
  readonly limits?: Partial<Limits>
  readonly atOnce?: number
  readonly stop: AbortSignal
  /** Told when a scenario begins and when it has ended. */
  readonly progress?: { begins (scenario: Scenario): void, ended (result: Result): void }
}

/** A finding as it is told: `guide` is an address. */
export interface ToldFinding extends Finding, FindingKind {}

export interface Result {
  readonly id: string
  readonly title: string
  readonly result: 'passed' | 'failed' | 'not_tried'
  readonly seconds: number
  readonly done: string
  readonly expected: string
  readonly findings: readonly ToldFinding[]
  /** Why it was not tried. */
  readonly reason?: string
}

export interface Certificate {
  readonly certificate: 'kahub'
  readonly date: string
  readonly kahub: { readonly url: string, readonly version: string }
  readonly shop: string
  readonly reseller: string
  readonly key: string
  /** Of those that were tried. */
  readonly passed: number
  readonly failed: number
  readonly not_tried: number
  readonly scenarios: readonly Result[]
}

/** Puts a shop through the sandbox's faults. Refuses live keys before anything is sent, and live worlds after one question. */
export async function certifyShop (kahub: Kahub, wish: Wish): Promise<Certificate> {
  const { reseller } = await refuseLive(kahub)
  const wanted = chosen(wish.only)
  const stage = await openStage(kahub, wish, wanted)
  const goods = await openGoods(kahub, wanted)
  await fill(kahub, goods)
  const run = Date.now().toString(36)
  const results = new Map<string, Result>()
  const perform = async (scenario: Scenario): Promise<void> => {
    wish.progress?.begins(scenario)
    const result = await performOne(scenario, stage, goods.get(scenario.id), run)
    results.set(scenario.id, result)
    wish.progress?.ended(result)
  }

  const [first, ...rest] = wanted
  // A shop that cannot buy when nothing is wrong is not asked twenty times more.
  if (first?.id === 'purchase') await perform(first)
  const cannotBuy = results.get('purchase')?.findings.some(({ code }) => ['shop_unreadable', 'order_missing'].includes(code))
  if (!cannotBuy) {
    const others = first?.id === 'purchase' ? rest : wanted
    await performLanes(lanesOf(others.filter(({ alone }) => !alone), goods), perform, wish.atOnce ?? atOnceDefault)
    for (const scenario of others.filter(({ alone }) => alone)) await perform(scenario)
  }

  const all = wanted.map(scenario => results.get(scenario.id) ?? notTried(scenario, 'the plain purchase must pass first'))
  const count = (result: Result['result']) => all.filter(one => one.result === result).length
  return {
    certificate: 'kahub',
    date: new Date().toISOString(),
    kahub: { url: kahub.baseUrl, version: contractVersion },
    shop: wish.shopUrl,
    reseller: reseller.name,
    key: kahub.keyId,
    passed: count('passed'),
    failed: count('failed'),
    not_tried: count('not_tried'),
    scenarios: all
  }
}

async function refuseLive (kahub: Kahub) {
  const refused = 'The certificate makes things go wrong on purpose: it takes a test key (key_test_…) and touches nothing live. ' +
    'Name its file with --key.'
  if (!kahub.keyId.startsWith('key_test_')) throw new UsageError(`${kahub.keyId} is not a test key. ${refused}`)
  const me = await kahub.me.get()
  if (me.world !== 'test') throw new UsageError(`${kahub.keyId} is a key of the ${me.world} world. ${refused}`)
  return me
}

function chosen (only: readonly string[] | undefined): readonly Scenario[] {
  const unknown = only?.find(id => !scenarios.some(scenario => scenario.id === id))
  if (unknown !== undefined) throw new UsageError(`There is no scenario ${unknown}: kahub certify --list shows them.`)
  return scenarios.filter(({ id }) => only === undefined || only.includes(id))
}

async function openStage (
  kahub: Kahub, { shopUrl, callbacks, endpoint: id, secret, limits, stop }: Wish, wanted: readonly Scenario[]
): Promise<Stage> {
  if (!/^https?:\/\//.test(shopUrl) || !URL.canParse(shopUrl)) {
    throw new UsageError('The shop is a whole address, as in http://127.0.0.1:3000.')
  }
  const shop = shopAt(shopUrl, stop)
  try {
    await shop.look('certify-is-it-there')
  } catch (error) {
    if (!(error instanceof ShopFault)) throw error
    throw new RefusedError('shop_unreachable', `${shopUrl} is no shop that can be certified: ${error.message}. ` +
      'GET /certify/purchases/{number} answers 404 for a number it does not know.')
  }
  const needed = callbacks && wanted.some(({ needs }) => needs !== 'nothing')
  const endpoint = needed ? await findEndpoint(kahub, id) : null
  return { kahub, shop, ledger: await openLedger(kahub), endpoint, secret: secret ?? null, limits: { ...limitsDefault, ...limits }, stop }
}

async function findEndpoint (kahub: Kahub, id: string | undefined): Promise<Endpoint> {
  const all = await kahub.endpoints.list({ limit: 100 })
  const enabled = all.data.filter(endpoint => endpoint.state === 'enabled' && (id === undefined || endpoint.id === id))
  if (enabled.length === 1) return enabled[0]!
  const leave = 'or leave callbacks out with --no-callbacks.'
  if (id !== undefined) throw new UsageError(`This reseller has no enabled endpoint ${id}.`)
  if (enabled.length === 0) {
    throw new UsageError(`This reseller has no enabled endpoint: register the shop’s receiver with POST /v1/endpoints, ${leave}`)
  }
  throw new UsageError(`This reseller has ${enabled.length} enabled endpoints: name the shop’s with --endpoint, ${leave}`)
}

/** What a scenario buys; a text is why there is nothing to buy. */
type Goods = ReadonlyMap<string, Sku | string>

async function openGoods (kahub: Kahub, wanted: readonly Scenario[]): Promise<Goods> {
  const plain: Sku[] = []
  const magic = new Map<string, Sku>()
  let seen = 0
  for await (const product of kahub.products.list({ limit: 100 })) {
    if (++seen > productsMax || plain.length >= plainSkusMax) break
    if (faultTagsOf(product.tags).length > 0) continue
    plain.push(...product.skus.filter(isForSale).slice(0, plainSkusMax - plain.length))
  }
  for (const fault of new Set(wanted.flatMap(({ fault }) => fault ?? []))) {
    const tag = sandboxTagPrefix + fault
    const { data } = await kahub.products.list({ tag, limit: 100 })
    const [sku] = data.filter(({ tags }) => faultTagsOf(tags).length === 1).flatMap(({ skus }) => skus.filter(isForSale))
    if (sku) magic.set(fault, sku)
  }
  return new Map(wanted.map(({ id, fault }, i) => {
    const none = `this sandbox has no goods ${fault === null ? 'without a fault' : `with the tag ${sandboxTagPrefix}${fault}`}`
    return [id, (fault === null ? plain[i % plain.length] : magic.get(fault)) ?? none]
  }))
}

function faultTagsOf (tags: readonly string[]): readonly string[] {
  return tags.filter(tag => tag.startsWith(sandboxTagPrefix))
}

function isForSale ({ status, unit_price: price }: Sku): boolean {
  return status === 'active' && price !== null
}

async function fill (kahub: Kahub, goods: Goods): Promise<void> {
  const skus = new Map([...goods.values()].flatMap(sku => typeof sku === 'string' ? [] : [[sku.id, sku]]))
  for (const { id, quantity_min: min } of skus.values()) {
    await kahub.sandbox.fillStock({ sku: id, quantity: Math.max(stockWanted, 10 * min) })
  }
  const { data: wallets } = await kahub.wallets.list()
  for (const currency of new Set([...skus.values()].map(sku => sku.currency))) {
    const balance = wallets.find(wallet => wallet.currency === currency)?.balance.amount ?? '0'
    if (Number(balance) < balanceMin) await kahub.sandbox.setBalance({ amount: { amount: String(balanceWanted), currency } })
  }
}

/** Those that buy the same goods go one after another, or their orders could not be told apart. */
function lanesOf (wanted: readonly Scenario[], goods: Goods): ReadonlyArray<readonly Scenario[]> {
  const lanes = new Map<string, Scenario[]>()
  for (const scenario of wanted) {
    const sku = goods.get(scenario.id)!
    const lane = typeof sku === 'string' ? scenario.id : sku.id
    lanes.set(lane, [...lanes.get(lane) ?? [], scenario])
  }
  return [...lanes.values()]
}

async function performLanes (
  lanes: ReadonlyArray<readonly Scenario[]>, perform: (scenario: Scenario) => Promise<void>, atOnce: number
): Promise<void> {
  const waiting = [...lanes]
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (let lane = waiting.shift(); lane; lane = waiting.shift()) {
      for (const scenario of lane) await perform(scenario)
    }
  }))
}

async function performOne (scenario: Scenario, stage: Stage, sku: Sku | string | undefined, run: string): Promise<Result> {
  if (scenario.needs !== 'nothing' && stage.endpoint === null) return notTried(scenario, 'callbacks are left out')
  if (scenario.needs === 'secret' && stage.secret === null) return notTried(scenario, 'it needs the endpoint’s secret: --secret whsec_…')
  if (sku === undefined || typeof sku === 'string') return notTried(scenario, sku ?? 'it has no goods')
  const startedMs = performance.now()
  let plays = 0
  const quantity = Math.ceil(Math.max(scenario.quantity, sku.quantity_min) / sku.quantity_step) * sku.quantity_step
  const play = () => {
    const number = `cert-${run}-${scenario.id}${++plays > 1 ? `-${plays}` : ''}`
    return openPlay(stage, { number, sku: sku.id, quantity, fault: scenario.fault })
  }
  try {
    const findings = await scenario.perform({ ...stage, play })
    return resultOf(scenario, startedMs, findings, stage.kahub.baseUrl)
  } catch (error) {
    if (error instanceof NotTried) return notTried(scenario, error.message)
    // kahub refused the certifier itself, for this scenario: the others go on.
    if (error instanceof KahubError && error.status !== undefined) return notTried(scenario, `kahub answered: ${error.message}`)
    throw error
  }
}

function resultOf (scenario: Scenario, startedMs: number, findings: readonly Finding[], url: string): Result {
  const { id, title, done, expected } = scenario
  const once = findings.filter(({ code }, i) => findings.findIndex(other => other.code === code) === i)
  return {
    id,
    title,
    result: once.length === 0 ? 'passed' : 'failed',
    seconds: Math.round((performance.now() - startedMs) / 100) / 10,
    done,
    expected,
    findings: once.map(({ code, seen }) => {
      const { says, advice, guide } = findingKinds[code]
      return { code, says, seen, advice, guide: `${url}/docs/${guide}` }
    })
  }
}

function notTried ({ id, title, done, expected }: Scenario, reason: string): Result {
  return { id, title, result: 'not_tried', seconds: 0, done, expected, findings: [], reason }
}
