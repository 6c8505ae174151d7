// What a door (REST, GraphQL, a worker) needs of one world. compose.ts builds one for `live` and one for `test`.
import type { KeyObject } from 'node:crypto'
import type { World as WorldName } from '../../schema/vocabulary.ts'
import type { CallbackRules } from '../base/callback-url.ts'
import type { Clock } from '../base/clock.ts'
import type { Cursors } from '../base/cursor.ts'
import type { Gateways } from '../base/gateway.ts'
import type { MasterKeys } from '../base/seal.ts'
import type { Secret } from '../base/secret.ts'
import type { Db } from '../postgres/pool.ts'
import type { Snapshot } from '../postgres/snapshot.ts'
import type { CallbackKey } from './callbacks/callback-keys.ts'
import type { EventSource } from './events/event-source.ts'
import type { BuyerKeys } from './links/buyer-keys.ts'
import type { ReceivePayment, StartCheckout } from './links/checkouts/checkout.ts'
import type { LiveSource } from './links/live/live-source.ts'
import type { DigestCodes } from './orders/digest-codes.ts'
import type { PlaceInside, PlaceOrder } from './orders/place-orders.ts'
import type { Sealing } from './orders/seal-delivery.ts'
import type { PriceBook } from './pricing/price-book.ts'
import type { Keyring } from './resellers/keyring.ts'
import type { Scarcity } from './sandbox/scarcity.ts'
import type { SandboxGateway } from './sandbox-gateway/open-sandbox-gateway.ts'
import type { WorldKey } from './secrets/open-world-key.ts'
import type { LotKeys } from './stock/lot-keys.ts'
import type { QueryStock } from './stock/query-stock.ts'

export interface World {
  readonly name: WorldName
  readonly clock: Clock
  readonly db: Db
  /** Connections with long statements, for imports and the proving pass. */
  readonly bulkDb: Db
  readonly cursors: Cursors
  readonly masterKeys: MasterKeys
  /** The HMAC key of code fingerprints: random, wrapped in the table secrets, the same for ever. */
  readonly fingerprintKey: Secret<KeyObject>
  readonly keyring: Snapshot<Keyring>
  readonly priceBook: Snapshot<PriceBook>
  /** Looks whether keyring and price book have moved; answers whether either did. */
  refresh (): Promise<boolean>
  readonly lotKeys: LotKeys
  /** Seals codes to the keys of their buyers. */
  readonly sealing: Sealing
  readonly digestCodes: DigestCodes
  readonly placeOrder: PlaceOrder
  /** Makes stock scarce for an order; the test world's alone, null in live. */
  readonly scarcity: Scarcity | null
  /** For transactions that place orders and do more: each is a step of background work. */
  readonly stepDb: Db
  readonly placeInside: PlaceInside
  readonly queryStock: QueryStock
  /** What protects buyers' contacts, and makes the tokens of their receipts. */
  readonly buyerKeys: BuyerKeys
  readonly startCheckout: StartCheckout
  readonly receivePayment: ReceivePayment
  /** The payment gateways that are configured. */
  readonly gateways: Snapshot<Gateways>
  /** The payment gateway of the sandbox, in worlds that have it. */
  readonly sandboxGateway: SandboxGateway | null
  /** Where callbacks may go. */
  readonly callbackRules: CallbackRules
  /** What signs callbacks as v1a. */
  readonly callbackKey: CallbackKey
  /** What signs access tokens. */
  readonly tokenKey: WorldKey
  /** For the deliveries of callbacks, which wait for nothing else. */
  readonly callbackDb: Db
  /** Follows the events of resellers as they become true. */
  readonly events: EventSource
  /** Follows what is sold through links, and counts who looks at them. */
  readonly live: LiveSource
  /** Pins a key to a version of the contract, if it has none yet, and gives the one it is pinned to. */
  pinVersion (keyId: string, version: string): Promise<string>
}
