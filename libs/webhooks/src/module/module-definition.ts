import { type ConfigurableModuleAsyncOptions, ConfigurableModuleBuilder } from '@nestjs/common';
import { optionNames } from '../config/option.js';
import { WEBHOOKS_OPTIONS, type WebhooksModuleOptions } from '../config/options.js';
import { WebhooksModuleStructure } from '../config/structure-options.js';
import { assembleModule } from './assemble-module.js';

/** `useFactory`, `useClass` or `useExisting`, and beside it the static options, which decide what is mounted. */
export type WebhooksModuleAsyncOptions = ConfigurableModuleAsyncOptions<
  WebhooksModuleOptions,
  'createWebhooksOptions'
> &
  WebhooksModuleStructure;

/** The options that Nest passes to {@link assembleModule} and leaves out of {@link WEBHOOKS_OPTIONS}. */
const structureNames = Object.fromEntries(
  optionNames(WebhooksModuleStructure).map((name) => [name, undefined]),
);

export const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<WebhooksModuleOptions>({
  moduleName: 'Webhooks',
  optionsInjectionToken: WEBHOOKS_OPTIONS,
})
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createWebhooksOptions')
  .setExtras<WebhooksModuleStructure>(structureNames, assembleModule)
  .build();
