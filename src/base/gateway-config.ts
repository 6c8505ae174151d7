// What the operator tells of an account at a payment gateway: read and checked when it is put, and read again when the adapter is made.
// Every fault is told with its pointer, and never with the value, which may be a secret.
import { createHash, createPrivateKey, createPublicKey, createSecretKey, X509Certificate, type KeyObject } from 'node:crypto'
import { currencyCodes, type Currency, type GatewayKind, type World } from '../../schema/vocabulary.ts'
import { Problem, type Fault } from './problem.ts'

/** The kinds that are configured with an account; the sandbox has none. */
export type AccountKind = Exclude<GatewayKind, 'sandbox'>

export interface AlipayConfig {
  readonly kind: 'alipay'
  readonly appId: string
  /** The account that is paid (2088…): a message for another is refused. */
  readonly sellerId: string
  readonly privateKey: KeyObject
  readonly alipayPublicKey: KeyObject
  readonly baseUrl: string
}

export interface WechatpayConfig {
  readonly kind: 'wechatpay'
  readonly mchid: string
  readonly appid: string
  /** Of the merchant's certificate, which the private key belongs to. */
  readonly serial: string
  readonly privateKey: KeyObject
  /** The 32 bytes that notifications are encrypted with. */
  readonly apiV3Key: KeyObject
  /** What WeChat Pay signs with, by serial number or public key id. */
  readonly platformKeys: ReadonlyMap<string, KeyObject>
  readonly baseUrl: string
}

export interface StripeConfig {
  readonly kind: 'stripe'
  readonly secretKey: string
  readonly webhookSecret: string
  /** Whether the key moves real money. */
  readonly livemode: boolean
  readonly baseUrl: string
}

export type AccountConfig = AlipayConfig | WechatpayConfig | StripeConfig

/** Where each gateway is, unless the configuration says otherwise. */
const gatewayUrls: Readonly<Record<AccountKind, string>> = {
  alipay: 'https://openapi.alipay.com/gateway.do',
  wechatpay: 'https://api.mch.weixin.qq.com',
  stripe: 'https://api.stripe.com'
}

/** What each gateway takes: Alipay and WeChat Pay of the mainland in CNY alone, Stripe whatever we hold. */
export const gatewayCurrencies: Readonly<Record<AccountKind, readonly Currency[]>> = {
  alipay: ['CNY'], wechatpay: ['CNY'], stripe: currencyCodes
}

export const gatewayConfigCharsMax = 32_768
const platformKeysMax = 8
const rsaBitsMin = 2048
const urlLengthMax = 200

/** Reads the configuration of an account; throws `invalid_request` with every fault in it, by pointers below `at`. */
export function readAccountConfig (kind: AccountKind, config: unknown, at = ''): AccountConfig {
  const members = new Members(config, at)
  const read = { alipay: readAlipay, wechatpay: readWechatpay, stripe: readStripe }[kind](members, kind)
  members.end()
  return read as AccountConfig
}

/** What may be shown of a configuration: which account it is, and the fingerprints of public keys. */
export function describeAccount (config: AccountConfig): Readonly<Record<string, string>> {
  const elsewhere = config.baseUrl === gatewayUrls[config.kind] ? {} : { base_url: config.baseUrl }
  switch (config.kind) {
    case 'alipay': return {
      app_id: config.appId,
      seller_id: config.sellerId,
      app_public_key: fingerprint(createPublicKey(config.privateKey)),
      alipay_public_key: fingerprint(config.alipayPublicKey),
      ...elsewhere
    }
    case 'wechatpay': return {
      mchid: config.mchid,
      appid: config.appid,
      serial: config.serial,
      merchant_public_key: fingerprint(createPublicKey(config.privateKey)),
      ...Object.fromEntries([...config.platformKeys].map(([serial, key]) => [`platform_key ${serial}`, fingerprint(key)])),
      ...elsewhere
    }
    case 'stripe': return { mode: config.livemode ? 'live' : 'test', ...elsewhere }
  }
}

/** Refuses an account whose money is not of the world it is put into: play money would buy live codes, and real money test ones. */
export function refuseOtherWorld (world: World, config: AccountConfig, at = ''): void {
  if (config.kind !== 'stripe' || config.livemode === (world === 'live')) return
  throw new Problem('invalid_request', `The ${world} world takes a ${world} key of Stripe.`, {
    errors: [{ pointer: `${at}/secret_key`, detail: `must be a ${world} key` }]
  })
}

function readAlipay (members: Members, kind: AccountKind): Read<AlipayConfig> {
  return {
    kind: 'alipay',
    appId: members.text('app_id', /^\d{16}$/, 'must be the 16 digits of the app'),
    sellerId: members.text('seller_id', /^2088\d{12}$/, 'must be the 16 digits of the account that is paid, 2088…'),
    privateKey: members.key('private_key', readPrivateKey),
    alipayPublicKey: members.key('alipay_public_key', readPublicKey),
    baseUrl: members.url(gatewayUrls[kind])
  }
}

function readWechatpay (members: Members, kind: AccountKind): Read<WechatpayConfig> {
  const apiV3Key = members.text('api_v3_key', /^[\x21-\x7e]{32}$/, 'must be 32 characters')
  return {
    kind: 'wechatpay',
    mchid: members.text('mchid', /^\d{8,16}$/, 'must be the digits of the merchant'),
    appid: members.text('appid', /^wx[0-9a-f]{16}$/, 'must be wx and 16 hexadecimal digits'),
    serial: members.text('serial', /^[0-9A-Fa-f]{8,40}$/, 'must be the hexadecimal serial number of the merchant’s certificate'),
    privateKey: members.key('private_key', readPrivateKey),
    apiV3Key: apiV3Key === undefined ? undefined : createSecretKey(Buffer.from(apiV3Key)),
    platformKeys: members.keys('platform_keys', /^([0-9A-F]{8,40}|PUB_KEY_ID_\d{8,40})$/, platformKeysMax),
    baseUrl: members.url(gatewayUrls[kind])
  }
}

function readStripe (members: Members, kind: AccountKind): Read<StripeConfig> {
  const secretKey = members.text('secret_key', /^[sr]k_(live|test)_[A-Za-z0-9]{10,200}$/, 'must be a secret key: sk_… or rk_…')
  return {
    kind: 'stripe',
    secretKey,
    webhookSecret: members.text('webhook_secret', /^whsec_[A-Za-z0-9+/=_-]{10,200}$/, 'must be the endpoint’s signing secret: whsec_…'),
    livemode: /^.k_live_/.test(secretKey ?? ''),
    baseUrl: members.url(gatewayUrls[kind])
  }
}

/** What was read; a member that is wrong is missing. */
type Read<Config> = { readonly [Name in keyof Config]: Config[Name] | undefined }

/** Reads members one after another and gathers what is wrong with them. */
class Members {
  readonly #given: Readonly<Record<string, unknown>>
  readonly #at: string
  readonly #known: string[] = []
  readonly #faults: Fault[] = []

  constructor (config: unknown, at: string) {
    this.#at = at
    const isObject = typeof config === 'object' && config !== null && !Array.isArray(config)
    if (!isObject) this.#faults.push({ pointer: at, detail: 'must be an object' })
    this.#given = isObject ? config as Record<string, unknown> : {}
  }

  text (name: string, pattern: RegExp, detail: string): string | undefined {
    const value = this.#take(name)
    if (typeof value === 'string' && pattern.test(value)) return value
    return this.#fault(name, value === undefined ? 'is missing' : detail)
  }

  key (name: string, read: (pem: string) => KeyObject): KeyObject | undefined {
    const value = this.#take(name)
    return value === undefined ? this.#fault(name, 'is missing') : this.#readKey(name, value, read)
  }

  keys (name: string, pattern: RegExp, max: number): ReadonlyMap<string, KeyObject> | undefined {
    const value = this.#take(name)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return this.#fault(name, 'must be an object: a key or certificate (PEM) by its serial number')
    }
    const entries = Object.entries(value)
    if (entries.length < 1 || entries.length > max) return this.#fault(name, `must have 1 to ${max} keys`)
    const read = new Map<string, KeyObject>()
    for (const [serial, pem] of entries) {
      const place = `${name}/${serial.replaceAll('~', '~0').replaceAll('/', '~1')}`
      if (!pattern.test(serial)) this.#fault(place, 'must be named by a serial number in capitals, or PUB_KEY_ID_…')
      const key = this.#readKey(place, pem, readPublicKey)
      if (key) read.set(serial, key)
    }
    return read
  }

  /** Where the gateway is: https, or this machine. */
  url (usual: string): string {
    const value = this.#take('base_url')
    if (value === undefined) return usual
    const url = typeof value === 'string' && value.length <= urlLengthMax ? URL.parse(value) : null
    const isHere = url?.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)
    if (url === null || !(isHere || url.protocol === 'https:') || url.username + url.password + url.search + url.hash !== '') {
      this.#fault('base_url', 'must be an https address without user, query and fragment (http on this machine alone)')
      return usual
    }
    return url.href.replace(/\/$/, '')
  }

  end (): void {
    for (const name of Object.keys(this.#given)) {
      if (!this.#known.includes(name)) this.#fault(name.slice(0, 64), 'is not a member of this configuration')
    }
    if (this.#faults.length === 0) return
    throw new Problem('invalid_request', 'The configuration of the gateway is not complete and right.', { errors: this.#faults })
  }

  #take (name: string): unknown {
    this.#known.push(name)
    return Object.hasOwn(this.#given, name) ? this.#given[name] : undefined
  }

  #readKey (place: string, value: unknown, read: (pem: string) => KeyObject): KeyObject | undefined {
    const key = typeof value === 'string' ? tryRead(() => read(value)) : undefined
    if (key === undefined) return this.#fault(place, 'must be an RSA key in PEM')
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key
    if (type === 'rsa' && details!.modulusLength! >= rsaBitsMin) return key
    return this.#fault(place, `must be an RSA key of at least ${rsaBitsMin} bits`)
  }

  #fault (name: string, detail: string): undefined {
    this.#faults.push({ pointer: `${this.#at}/${name}`, detail })
  }
}

/** A private key: PEM, or as the gateways' own tools print one, its base64 alone. */
function readPrivateKey (text: string): KeyObject {
  if (text.includes('-----BEGIN')) return createPrivateKey(text)
  const key = Buffer.from(text, 'base64')
  return tryRead(() => createPrivateKey({ key, format: 'der', type: 'pkcs8' })) ?? createPrivateKey({ key, format: 'der', type: 'pkcs1' })
}

/** A public key: PEM, its base64 alone, or in a certificate; a private key is none. */
function readPublicKey (text: string): KeyObject {
  if (text.includes('PRIVATE KEY')) throw new Error('a private key')
  if (text.includes('BEGIN CERTIFICATE')) return new X509Certificate(text).publicKey
  if (text.includes('-----BEGIN')) return createPublicKey(text)
  return createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' })
}

/** SHA-256 over the key as SubjectPublicKeyInfo (DER), as OpenSSL would print it. */
function fingerprint (key: KeyObject): string {
  return 'sha256:' + createHash('sha256').update(key.export({ type: 'spki', format: 'der' })).digest('hex')
}

function tryRead<Value> (read: () => Value): Value | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
