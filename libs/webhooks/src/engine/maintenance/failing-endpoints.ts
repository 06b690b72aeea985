import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '../../config/settings.js';
import type { MaintenanceStore } from '../../store/maintenance-store.js';
import { STORE } from '../../store/store.js';
import { OutcomeReporter } from '../record/outcome-reporter.js';

/** Disables endpoints that have failed for too long, after warning their owners. */
@Injectable()
export class FailingEndpoints {
  private readonly exemptProfiles: string[];

  constructor(
    @Inject(STORE) private readonly store: MaintenanceStore,
    private readonly reporter: OutcomeReporter,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    this.exemptProfiles = [...settings.profiles.values()]
      .filter((profile) => !profile.disablesOnFailure)
      .map((profile) => profile.name);
  }

  async runRound(): Promise<void> {
    const { disableAfterMs } = this.settings;
    if (disableAfterMs === false) return;
    await this.store.warnFailingEndpoints(disableAfterMs, this.exemptProfiles);
    const disabled = await this.store.disableFailingEndpoints(disableAfterMs, this.exemptProfiles);
    for (const { id, tenantId } of disabled) {
      this.reporter.reportDisabled(id, tenantId, 'endpoint-failing');
    }
  }
}
