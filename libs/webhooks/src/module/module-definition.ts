import { ConfigurableModuleBuilder } from '@nestjs/common';
import { assembleModule } from './assemble-module.js';
import { STRUCTURE_NAMES } from '../config/option-names.js';
import { WEBHOOKS_OPTIONS, type WebhooksModuleOptions } from '../config/options.js';
import type { WebhooksModuleStructure } from '../config/structure.js';

export const { ConfigurableModuleClass, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<WebhooksModuleOptions>({
    moduleName: 'Webhooks',
    optionsInjectionToken: WEBHOOKS_OPTIONS,
  })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createWebhooksOptions')
    .setExtras<WebhooksModuleStructure>(STRUCTURE_NAMES, assembleModule)
    .build();
