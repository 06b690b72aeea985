import type { ClaimableLane, LaneClaim } from '../../store/lane-store.js';
import { ScanDepths } from './scan-depths.js';

function claimOf(lane: Partial<ClaimableLane>): LaneClaim {
  return {
    lane: { allowance: Infinity, ...lane } as ClaimableLane,
    count: 4,
    retryCount: 1,
    maxBytes: 0,
    depth: 24,
  };
}

describe('ScanDepths', () => {
  it('reports a lane as held back if it yields nothing, has a subject order and is not failing', () => {
    const claims = [
      claimOf({ laneId: 'ordered', ordering: 'strict', isFailing: false }),
      claimOf({ laneId: 'failing', ordering: 'strict', isFailing: true }),
      claimOf({ laneId: 'unordered', ordering: 'none', isFailing: false }),
    ];
    expect(new ScanDepths().learn(claims, []).heldBack).toEqual(['ordered']);
  });
});
