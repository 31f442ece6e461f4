/** What the time line draws only when there is a walk: one chunk, loaded through `walk-parts.ts`. */
import { CompactChart } from './CompactChart.tsx';
import { EventList } from './EventList.tsx';
import { TimetableView } from './TimetableView.tsx';
import { useWalkView } from './use-walk-view.ts';

export { Announcement } from './Announcement.tsx';

/** Timetable and event list side by side; `list` leaves the second out, `narrow` its source column. */
export function Walk({
  filter,
  list,
  narrow,
}: {
  readonly filter: string;
  readonly list: boolean;
  readonly narrow: boolean;
}) {
  const view = useWalkView();
  if (view === undefined) return null;
  return (
    <>
      <TimetableView view={view} />
      {list && <EventList view={view} filter={filter} narrow={narrow} />}
    </>
  );
}

export function CompactWalk() {
  const view = useWalkView();
  return view === undefined ? null : <CompactChart view={view} />;
}
