import type { GatewayKind } from '../../../schema/vocabulary.ts'
import { readAccountConfig, type AccountConfig } from '../../base/gateway-config.ts'
import type { Gateway } from '../../base/gateway.ts'
import { openAlipay } from './alipay.ts'
import { openSandbox } from './sandbox.ts'
import { openStripe } from './stripe.ts'
import { openWechatpay } from './wechatpay.ts'

/** The adapter of a kind of gateway, from its configuration. */
export function openGateway (kind: GatewayKind, config: unknown): Gateway {
  if (kind === 'sandbox') return openSandbox(config)
  return openAccount(readAccountConfig(kind, config))
}

function openAccount (config: AccountConfig): Gateway {
  switch (config.kind) {
    case 'alipay': return openAlipay(config)
    case 'wechatpay': return openWechatpay(config)
    case 'stripe': return openStripe(config)
  }
}
