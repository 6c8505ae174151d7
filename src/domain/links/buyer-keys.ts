// What protects buyers, all from one secret of the world: the key that seals their contacts, the key under which the same contact, device
// or network is found again, and the tokens in the addresses of receipts and of a session's pages. Tokens are not kept anywhere: they
// are made anew of the id, so whoever reads the database cannot open a receipt.
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { ContactKind, World } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import { deriveKey, open, seal, type MasterKeys } from '../../base/seal.ts'
import { Secret } from '../../base/secret.ts'
import type { Db } from '../../postgres/pool.ts'
import { contactOwner } from '../secrets/owners.ts'
import { openWorldSecret } from '../secrets/open-world-secret.ts'
import type { Contact } from './checkouts/checkout.ts'

/** What a token opens: the receipt of a checkout, or a page of a session. */
export type TokenPurpose = 'receipt' | 'live' | 'overlay'

/** What tells buyers apart. */
export type BuyerTrait = ContactKind | 'device' | 'network'

export interface BuyerKeys {
  sealContact (checkoutId: Uuid, contact: Contact): Buffer
  openContact (checkoutId: Uuid, kind: ContactKind, sealed: Uint8Array): Contact
  /** 128 bits of a keyed hash, as Postgres reads a uuid. */
  hash (trait: BuyerTrait, value: string): Uuid
  /** A token for a thing's id; another version makes another token. In the test world it begins with `test-`. */
  token (purpose: TokenPurpose, id: Uuid, version?: number): string
  /** The id a token names, before its owner was looked up; `holds` then says whether the token is the right one for it. */
  readToken (token: string): { readonly id: Uuid, holds (purpose: TokenPurpose, version?: number): boolean } | undefined
}

const macBytes = 16
const idBytes = 16
const testPrefix = 'test-'
/** Characters of a token, without the prefix of the test world. */
const tokenLength = Math.ceil((idBytes + macBytes) * 4 / 3)

/** Opens the keys of a world; the secret behind them is made when it is first asked for. */
export async function openBuyerKeys (db: Db, masterKeys: MasterKeys, world: World): Promise<BuyerKeys> {
  const secret = await openWorldSecret(db, masterKeys, 'buyers')
  const contacts = new Secret(deriveKey(secret, 'contacts'))
  const hashes = new Secret(deriveKey(secret, 'hashes'))
  const tokens = new Secret(deriveKey(secret, 'tokens'))
  const prefix = world === 'test' ? testPrefix : ''
  const mac = (purpose: TokenPurpose, id: Buffer, version: number) =>
    createHmac('sha256', tokens.reveal()).update(`${purpose}\n${version}\n`).update(id).digest().subarray(0, macBytes)
  return {
    sealContact: (checkoutId, { value }) => seal(contacts.reveal(), contactOwner(checkoutId), Buffer.from(value)),
    openContact: (checkoutId, kind, sealed) => ({ kind, value: open(contacts.reveal(), contactOwner(checkoutId), sealed).toString() }),
    hash: (trait, value) => uuidOf(createHmac('sha256', hashes.reveal()).update(`${trait}\n${value}`).digest().subarray(0, idBytes)),
    token (purpose, id, version = 0) {
      const bytes = bytesOf(id)
      return prefix + Buffer.concat([bytes, mac(purpose, bytes, version)]).toString('base64url')
    },
    readToken (token) {
      if (!token.startsWith(prefix) || token.length !== prefix.length + tokenLength) return undefined
      const text = token.slice(prefix.length)
      const bytes = Buffer.from(text, 'base64url')
      // Whoever counts what is done with a token counts all of it: it is written in one way.
      if (bytes.byteLength !== idBytes + macBytes || bytes.toString('base64url') !== text) return undefined
      const id = bytes.subarray(0, idBytes)
      return {
        id: uuidOf(id),
        holds: (purpose, version = 0) => timingSafeEqual(bytes.subarray(idBytes), mac(purpose, id, version))
      }
    }
  }
}

/** The world that an address of a buyer's page (a token, or a link's slug) belongs to. */
export function worldOfAddress (tokenOrSlug: string): World {
  return tokenOrSlug.startsWith(testPrefix) ? 'test' : 'live'
}

/** The start of every address of buyers' pages in a world. */
export function addressPrefix (world: World): string {
  return world === 'test' ? testPrefix : ''
}

function bytesOf (id: Uuid): Buffer {
  return Buffer.from(id.replaceAll('-', ''), 'hex')
}

function uuidOf (bytes: Buffer): Uuid {
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
