import { unwrap, wrap, type MasterKeys } from '../../base/seal.ts'
import { bareArray, bytesArray, quotedArray } from '../../postgres/arrays.ts'
import type { Db, Tx } from '../../postgres/pool.ts'
import { transact } from '../../postgres/transact.ts'
import { apiKeyOwner, endpointOwner, gatewayOwner, lotKeyOwner, worldSecretOwner } from './owners.ts'

/**
 * Wraps anew, under the current master key, up to `limit` of the values that another one wraps: data keys of lots, secrets
 * of API keys and of endpoints, accounts at gateways, secrets of the world. Codes are not touched. Returns how many; when it is 0, the
 * older master keys may go.
 */
export async function rewrapUnderCurrentMaster (db: Db, masterKeys: MasterKeys, limit: number): Promise<number> {
  let rewrapped = 0
  for (const rewrap of [rewrapWorldSecrets, rewrapApiKeys, rewrapEndpoints, rewrapRotatedEndpoints, rewrapGateways, rewrapLots]) {
    if (rewrapped < limit) rewrapped += await transact(db, tx => rewrap(tx, masterKeys, limit - rewrapped))
  }
  return rewrapped
}

interface WrappedRow { id: string, wrapped: Buffer, master_key: string }

async function rewrapWorldSecrets (tx: Tx, masterKeys: MasterKeys, limit: number): Promise<number> {
  const rows = await tx<WrappedRow[]>`
    select name as id, wrapped, master_key from secrets
    where master_key <> ${masterKeys.current} limit ${limit} for update skip locked`
  await tx`update secrets set wrapped = anew.wrapped, master_key = ${masterKeys.current}
    from unnest(${quotedArray(rows.map(row => row.id))}::text[],
                ${wrapAnew(masterKeys, rows, worldSecretOwner)}::bytea[]) as anew (id, wrapped)
    where secrets.name = anew.id`
  return rows.length
}

async function rewrapApiKeys (tx: Tx, masterKeys: MasterKeys, limit: number): Promise<number> {
  const rows = await tx<WrappedRow[]>`
    select id, sealed_secret as wrapped, master_key from api_keys
    where master_key <> ${masterKeys.current} limit ${limit} for update skip locked`
  await tx`update api_keys set sealed_secret = anew.wrapped, master_key = ${masterKeys.current}
    from unnest(${quotedArray(rows.map(row => row.id))}::text[], ${wrapAnew(masterKeys, rows, apiKeyOwner)}::bytea[]) as anew (id, wrapped)
    where api_keys.id = anew.id`
  return rows.length
}

async function rewrapEndpoints (tx: Tx, masterKeys: MasterKeys, limit: number): Promise<number> {
  const rows = await tx<WrappedRow[]>`
    select id, sealed_secret as wrapped, master_key from endpoints
    where master_key <> ${masterKeys.current} limit ${limit} for update skip locked`
  await tx`update endpoints set sealed_secret = anew.wrapped, master_key = ${masterKeys.current}
    from unnest(${bareArray(rows.map(row => row.id))}::uuid[], ${wrapAnew(masterKeys, rows, endpointOwner)}::bytea[]) as anew (id, wrapped)
    where endpoints.id = anew.id`
  return rows.length
}

/** The secrets that rotated ones took the place of. */
async function rewrapRotatedEndpoints (tx: Tx, masterKeys: MasterKeys, limit: number): Promise<number> {
  const rows = await tx<WrappedRow[]>`
    select id, previous_secret as wrapped, previous_master_key as master_key from endpoints
    where previous_master_key <> ${masterKeys.current} limit ${limit} for update skip locked`
  await tx`update endpoints set previous_secret = anew.wrapped, previous_master_key = ${masterKeys.current}
    from unnest(${bareArray(rows.map(row => row.id))}::uuid[], ${wrapAnew(masterKeys, rows, endpointOwner)}::bytea[]) as anew (id, wrapped)
    where endpoints.id = anew.id`
  return rows.length
}

async function rewrapGateways (tx: Tx, masterKeys: MasterKeys, limit: number): Promise<number> {
  const rows = await tx<WrappedRow[]>`
    select id, sealed_config as wrapped, master_key from gateways
    where master_key <> ${masterKeys.current} limit ${limit} for update skip locked`
  await tx`update gateways set sealed_config = anew.wrapped, master_key = ${masterKeys.current}
    from unnest(${quotedArray(rows.map(row => row.id))}::text[], ${wrapAnew(masterKeys, rows, gatewayOwner)}::bytea[]) as anew (id, wrapped)
    where gateways.id = anew.id`
  return rows.length
}

async function rewrapLots (tx: Tx, masterKeys: MasterKeys, limit: number): Promise<number> {
  const rows = await tx<WrappedRow[]>`
    select public_id as id, wrapped_key as wrapped, master_key from lots
    where master_key <> ${masterKeys.current} limit ${limit} for update skip locked`
  await tx`update lots set wrapped_key = anew.wrapped, master_key = ${masterKeys.current}
    from unnest(${bareArray(rows.map(row => row.id))}::uuid[], ${wrapAnew(masterKeys, rows, lotKeyOwner)}::bytea[]) as anew (id, wrapped)
    where lots.public_id = anew.id`
  return rows.length
}

function wrapAnew (masterKeys: MasterKeys, rows: readonly WrappedRow[], ownerOf: (id: string) => string): string {
  return bytesArray(rows.map(row => {
    const owner = ownerOf(row.id)
    return wrap(masterKeys, owner, unwrap(masterKeys, owner, { wrapped: row.wrapped, masterKey: row.master_key })).wrapped
  }))
}
