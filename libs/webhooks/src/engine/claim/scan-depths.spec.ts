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
  it('reports the lanes that subject order may hold back: none without an order, and none that fail, which are due at fixed steps', () => {
    const claims = [
      claimOf({ laneId: 'ordered', ordering: 'strict', isFailing: false }),
      claimOf({ laneId: 'failing', ordering: 'strict', isFailing: true }),
      claimOf({ laneId: 'unordered', ordering: 'none', isFailing: false }),
    ];
    expect(new ScanDepths().learn(claims, []).heldBack).toEqual(['ordered']);
  });
});
