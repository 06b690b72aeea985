import { Inject, Injectable } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { STRUCTURE, type WebhooksModuleStructure } from '../config/structure-options.js';
import { WebhooksSetupError } from '../core/errors.js';
import type { ChangeStore } from '../store/change-store.js';
import { STORE } from '../store/store.js';
import type { Capture } from './definition/capture.js';
import { CAPTURES, type FeatureCaptures } from './definition/feature-captures.js';

/** What TypeORM calls the data source without a name. */
const DEFAULT_NAME = 'default';

export interface NamedCapture {
  /** The table's path and the column, such as `sms.message.status`. */
  name: string;
  capture: Capture;
}

/** The captures of this module's data source: those of `forRoot()` and of each `forFeature()` in the app. */
@Injectable()
export class CaptureRegistry {
  private checked: NamedCapture[] = [];

  constructor(
    private readonly modules: ModulesContainer,
    @Inject(STRUCTURE) private readonly structure: WebhooksModuleStructure,
    @Inject(STORE) private readonly store: ChangeStore,
  ) {}

  /** Empty before {@link check}. */
  get captures(): readonly NamedCapture[] {
    return this.checked;
  }

  /**
   * Throws {@link WebhooksSetupError} if a capture names an entity or column that the data source does not have, if its
   * triggers are not on the table, or if two captures name the same column. Throws `WebhooksNotReadyError` instead if
   * the triggers are wrong because a listed migration has not run yet.
   */
  async check(): Promise<void> {
    const named = new Map<string, Capture>();
    for (const capture of new Set(this.collect())) {
      const name = await this.store.checkCapture(capture);
      if (named.has(name)) {
        throw new WebhooksSetupError(
          `WebhooksModule: ${name} is captured twice. Keep one capture; its map may look at the row to choose the event.`,
        );
      }
      named.set(name, capture);
    }
    this.checked = [...named].map(([name, capture]) => ({ name, capture }));
  }

  private collect(): Capture[] {
    const { captures = [], dataSource = DEFAULT_NAME } = this.structure;
    const features = [...this.modules.values()]
      .map((module) => module.providers.get(CAPTURES)?.instance as FeatureCaptures | undefined)
      .filter((feature) => feature?.dataSource === dataSource);
    return [...captures, ...features.flatMap((feature) => feature!.captures)];
  }
}
