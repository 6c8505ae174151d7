import type { KeyAlgorithm, Scope } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import type { Reader } from '../../postgres/pool.ts'

/** An API key as its owner may see it: never the secret. */
export interface KeyRecord {
  readonly id: string
  /** null for a key of the operator. */
  readonly resellerId: Uuid | null
  readonly name: string
  readonly algorithm: KeyAlgorithm
  /** The public JWK of an Ed25519 key. */
  readonly publicKey: PublicJwk | null
  readonly scopes: readonly Scope[]
  readonly ipAllow: readonly string[]
  /** null: the level's limit holds. */
  readonly requestsPerMinute: number | null
  /** Codes it may reveal in a day; null: as many as there are. */
  readonly revealsPerDay: number | null
  /** Codes revealed in a day from which on its reseller is alerted. */
  readonly revealsAlertAt: number | null
  readonly apiVersion: string | null
  readonly replacedBy: string | null
  readonly expiresAt: Date | null
  readonly revokedAt: Date | null
  readonly createdAt: Date
  /** created_at to the microsecond, for the place in a list. */
  readonly createdAtText: string
}

export interface PublicJwk { readonly kty: 'OKP', readonly crv: 'Ed25519', readonly x: string }

/** Where a key stands in the list. */
export type KeyPlace = readonly [createdAtText: string, id: string]

/** Up to `count` keys beyond the place, oldest first, of a reseller or (null) of the operator. */
export async function listKeys (
  read: Reader,
  resellerId: Uuid | null,
  after: KeyPlace | undefined,
  count: number
): Promise<readonly KeyRecord[]> {
  const rows = await read<KeyRow[]>`
    select ${keyColumns(read)} from api_keys
    where ${resellerId === null ? read`reseller_id is null` : read`reseller_id = ${resellerId}::uuid`}
      and ${after ? read`(created_at, id) > (${after[0]}::text::timestamptz, ${after[1]}::text)` : read`true`}
    order by created_at, id limit ${count}`
  return rows.map(toKeyRecord)
}

/** The key with this id, whoever's it is. */
export async function readKey (read: Reader, id: string): Promise<KeyRecord | undefined> {
  const [row] = await read<KeyRow[]>`select ${keyColumns(read)} from api_keys where id = ${id}`
  return row && toKeyRecord(row)
}

function keyColumns (read: Reader) {
  return read`id, reseller_id, name, algorithm, public_key, scopes, ip_allow, requests_per_minute, reveals_per_day, reveals_alert_at,
    api_version, replaced_by, expires_at, revoked_at, created_at, created_at::text as created_at_text`
}

interface KeyRow {
  id: string,
  reseller_id: Uuid | null,
  name: string,
  algorithm: KeyAlgorithm,
  public_key: PublicJwk | null,
  scopes: Scope[],
  ip_allow: string[]
  requests_per_minute: number | null,
  reveals_per_day: number | null,
  reveals_alert_at: number | null,
  api_version: string | null,
  replaced_by: string | null
  expires_at: Date | null,
  revoked_at: Date | null,
  created_at: Date,
  created_at_text: string
}

function toKeyRecord (row: KeyRow): KeyRecord {
  return {
    id: row.id,
    resellerId: row.reseller_id,
    name: row.name,
    algorithm: row.algorithm,
    publicKey: row.public_key,
    scopes: row.scopes,
    ipAllow: row.ip_allow,
    requestsPerMinute: row.requests_per_minute,
    revealsPerDay: row.reveals_per_day,
    revealsAlertAt: row.reveals_alert_at,
    apiVersion: row.api_version,
    replacedBy: row.replaced_by,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    createdAt: row.created_at,
    createdAtText: row.created_at_text
  }
}
