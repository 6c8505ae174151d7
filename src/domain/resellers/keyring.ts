// The keyring is the snapshot of all API keys and of the resellers behind them, so that a request is authenticated
// without a query. What must not be a second late (a revoked key buys nothing) is checked again in the transaction.
import { createSecretKey, type KeyObject } from 'node:crypto'
import ipaddr from 'ipaddr.js'
import type { Currency, EncryptionAlgorithm, KeyAlgorithm, ResellerStatus, Scope } from '../../../schema/vocabulary.ts'
import { importEd25519Jwk } from '../../base/ed25519-key.ts'
import { Problem } from '../../base/problem.ts'
import type { Uuid } from '../../base/ids.ts'
import { unwrap, type MasterKeys } from '../../base/seal.ts'
import type { Reader } from '../../postgres/pool.ts'
import { apiKeyOwner } from '../secrets/owners.ts'

export interface KeyHolder {
  readonly id: Uuid
  readonly name: string
  readonly levelId: string
  readonly status: ResellerStatus
  readonly currency: Currency
  readonly createdAt: Date
  /** What a purchase needs a second key for, as it is kept; null when there is no policy. */
  readonly approvalPolicy: unknown
  /** Whether spending of the reseller is budgeted at all. */
  readonly budgeted: boolean
  /** The key that deliveries are sealed to; null when codes leave in the clear. */
  readonly encryptionKey: EncryptionKeyInUse | null
}

export interface EncryptionKeyInUse { readonly id: Uuid, readonly algorithm: EncryptionAlgorithm, readonly jwk: Readonly<Record<string, unknown>> }

export interface ApiKey {
  readonly id: string
  readonly name: string
  readonly algorithm: KeyAlgorithm
  /** The HMAC key, or the Ed25519 public key. */
  readonly verifyingKey: KeyObject
  readonly scopes: ReadonlySet<Scope>
  readonly ipAllow: readonly IpRange[]
  readonly requestsPerMinute: number
  /** Whose limit that is: the key's own, the reseller's by its level (shared by its keys), or the operator's. */
  readonly limitedBy: 'key' | 'level' | 'operator'
  readonly apiVersion: string | null
  readonly expiresAt: Date | null
  readonly revokedAt: Date | null
  /** The reseller the key belongs to; null for a key of the operator. */
  readonly reseller: KeyHolder | null
  /** Codes it may reveal in a day; null is as many as there are. */
  readonly revealsPerDay: number | null
  /** Codes revealed in a day from which on its reseller is alerted. */
  readonly revealsAlertAt: number | null
}

/** What decides whether a key may still be used. */
export interface KeyStanding extends Pick<ApiKey, 'id' | 'revokedAt' | 'expiresAt'> {
  readonly reseller: Pick<KeyHolder, 'status'> | null
}

export type IpRange = readonly [ipaddr.IPv4 | ipaddr.IPv6, number]

export interface Keyring {
  readonly version: bigint
  find (keyId: string): ApiKey | undefined
}

/** Requests per minute of an operator's key without a limit of its own. */
export const operatorRequestsPerMinute = 60_000

/** Reads every key; secrets are opened under the master keys. */
export async function loadKeyring (read: Reader, version: bigint, masterKeys: MasterKeys): Promise<Keyring> {
  const rows = await read<KeyRow[]>`
    select k.id, k.name, k.algorithm, k.sealed_secret, k.master_key, k.public_key, k.scopes, k.ip_allow, k.api_version,
           k.expires_at, k.revoked_at,
           coalesce(k.requests_per_minute, l.requests_per_minute, ${operatorRequestsPerMinute}) as requests_per_minute,
           case when k.requests_per_minute is not null then 'key' when l.id is not null then 'level' else 'operator' end as limited_by,
           k.reveals_per_day, k.reveals_alert_at, r.id as reseller_id, r.name as reseller_name, r.level_id, r.status, r.currency, r.created_at,
           p.policy, exists (select from budgets b where b.reseller_id = r.id) as budgeted,
           e.id as encryption_key_id, e.algorithm as encryption_algorithm, e.jwk as encryption_jwk
    from api_keys k left join resellers r on r.id = k.reseller_id left join levels l on l.id = r.level_id
      left join approval_policies p on p.reseller_id = r.id
      left join encryption_keys e on e.reseller_id = r.id and e.retired_at is null
    where (k.revoked_at is null or k.revoked_at > now() - interval '30 days')
      and (k.expires_at is null or k.expires_at > now() - interval '30 days')`
  const keys = new Map(rows.map(row => [row.id, toKey(row, masterKeys)]))
  return { version, find: keyId => keys.get(keyId) }
}

/** Refuses a key that is revoked or expired, or whose reseller is not active. */
export function refuseUnusableKey (key: KeyStanding, nowMs: number): void {
  const { id, revokedAt, expiresAt, reseller } = key
  if (revokedAt && revokedAt.getTime() <= nowMs) {
    throw new Problem('key_revoked', `The key ${id} was revoked at ${revokedAt.toISOString()}. Sign with another key.`)
  }
  if (expiresAt && expiresAt.getTime() <= nowMs) {
    throw new Problem('key_expired', `The key ${id} expired at ${expiresAt.toISOString()}. Sign with another key.`)
  }
  if (reseller && reseller.status !== 'active') {
    throw new Problem('reseller_suspended', `The reseller is ${reseller.status}. Ask the operator.`)
  }
}

/** Whether the address lies in the key's allow-list; an empty list allows every address. */
export function allowsAddress (key: ApiKey, address: string): boolean {
  if (key.ipAllow.length === 0) return true
  const parsed = ipaddr.process(address)
  return key.ipAllow.some(range => range[0].kind() === parsed.kind() && parsed.match(range as [ipaddr.IPv4, number]))
}

/** Whether the key may do what the scope names; `admin:*` holds every operator's scope. */
export function holdsScope (key: ApiKey, scope: Scope): boolean {
  return key.scopes.has(scope) || (scope.startsWith('admin:') && key.scopes.has('admin:*'))
}

interface KeyRow {
  id: string,
  name: string,
  algorithm: KeyAlgorithm,
  sealed_secret: Buffer | null,
  master_key: string | null,
  public_key: unknown
  scopes: Scope[],
  ip_allow: string[],
  api_version: string | null,
  expires_at: Date | null,
  revoked_at: Date | null,
  requests_per_minute: number,
  limited_by: ApiKey['limitedBy']
  reseller_id: Uuid | null,
  reseller_name: string,
  level_id: string,
  status: ResellerStatus,
  currency: Currency,
  created_at: Date,
  reveals_per_day: number | null,
  reveals_alert_at: number | null,
  policy: unknown,
  budgeted: boolean,
  encryption_key_id: Uuid | null,
  encryption_algorithm: EncryptionAlgorithm,
  encryption_jwk: Readonly<Record<string, unknown>>
}

function toKey (row: KeyRow, masterKeys: MasterKeys): ApiKey {
  return {
    id: row.id,
    name: row.name,
    algorithm: row.algorithm,
    verifyingKey: row.sealed_secret
      ? createSecretKey(unwrap(masterKeys, apiKeyOwner(row.id), { masterKey: row.master_key!, wrapped: row.sealed_secret }))
      : importEd25519Jwk(row.public_key),
    scopes: new Set(row.scopes),
    ipAllow: row.ip_allow.map(range => ipaddr.parseCIDR(range)),
    requestsPerMinute: row.requests_per_minute,
    limitedBy: row.limited_by,
    apiVersion: row.api_version,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    revealsPerDay: row.reveals_per_day,
    revealsAlertAt: row.reveals_alert_at,
    reseller: row.reseller_id === null
      ? null
      : {
          id: row.reseller_id,
          name: row.reseller_name,
          levelId: row.level_id,
          status: row.status,
          currency: row.currency,
          createdAt: row.created_at,
          approvalPolicy: row.policy,
          budgeted: row.budgeted,
          encryptionKey: row.encryption_key_id === null
            ? null
            : { id: row.encryption_key_id, algorithm: row.encryption_algorithm, jwk: row.encryption_jwk }
        }
  }
}
