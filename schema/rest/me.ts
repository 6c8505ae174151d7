import { Type, type Static } from '@sinclair/typebox'
import { keyAlgorithms, resellerStatuses, scopes, worlds } from '../vocabulary.ts'
import { CurrencyCode, Nullable, OneOf, Timestamp } from './common.ts'
import { KeyId } from './keys.ts'
import { LevelId } from './levels.ts'
import { ResellerId } from './resellers.ts'
import { Wallet } from './wallets.ts'

export const Me = Type.Object({
  world: OneOf(worlds, { description: 'live, or test: the sandbox.' }),
  reseller: Type.Object({
    id: ResellerId,
    name: Type.String(),
    status: OneOf(resellerStatuses),
    level: Type.Object({ id: LevelId, name: Type.String() }, { additionalProperties: false, description: 'It decides the prices.' }),
    currency: CurrencyCode,
    created_at: Timestamp
  }, { additionalProperties: false }),
  key: Type.Object({
    id: KeyId,
    name: Type.String(),
    algorithm: OneOf(keyAlgorithms),
    scopes: Type.Array(OneOf(scopes)),
    requests_per_minute: Type.Integer({ description: 'The limit in force: the key’s own, or that of the level.' }),
    api_version: Nullable(Type.String(), { description: 'The Kahub-Version pinned at the key’s first use.' }),
    expires_at: Nullable(Timestamp)
  }, { additionalProperties: false, description: 'The key this request was signed with.' }),
  wallets: Type.Optional(Type.Array(Wallet, { description: 'With scope wallet:read only.' }))
}, { additionalProperties: false, title: 'Me' })
export type Me = Static<typeof Me>
