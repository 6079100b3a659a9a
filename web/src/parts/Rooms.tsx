/** A small picture of the two rooms: who is where, and who hears whom. */

import type { Call, Transfer } from "../api/client";

type Someone = Call["people"][number];

/** Rooms as boxes, people as chips; whoever neither speaks nor hears is greyed. */
export function Rooms({
  call,
  transfer,
  me,
}: {
  call: Call;
  transfer: Transfer | null;
  me: string;
}) {
  const a = transfer?.rooms.a ?? call.room;
  const b = transfer?.rooms.b;
  const rooms = [...new Set([a, b, call.room])].filter((room): room is string => Boolean(room));
  const hold = call.state === "on_hold" || call.state === "waiting" ? call.room : null;
  return (
    <section className="rooms" aria-label="Who is where">
      {rooms.map((room) => (
        <Room
          key={room}
          name={room === call.room ? "Caller's room" : "Consult room"}
          people={call.people.filter((person) => person.room === room)}
          plays={room === hold}
          me={me}
        />
      ))}
    </section>
  );
}

interface RoomProps {
  name: string;
  people: Someone[];
  plays: boolean;
  me: string;
}

function Room({ name, people, plays, me }: RoomProps) {
  return (
    <figure className="room">
      <figcaption>{name}</figcaption>
      <ul>
        {people.map((person) => (
          <li
            key={person.id}
            className={`chip ${person.role} ${person.speaks || person.hears ? "" : "fenced"}`}
          >
            <Avatar name={person.name} />
            <span>{person.id === me ? `${person.name} (you)` : person.name}</span>
            <small>{abilities(person)}</small>
          </li>
        ))}
        {plays && (
          <li className="chip music">
            <span aria-hidden="true">♪</span>
            <span>Hold audio</span>
          </li>
        )}
        {people.length === 0 && <li className="nobody">nobody</li>}
      </ul>
    </figure>
  );
}

/** The first letters of a name. */
export function Avatar({ name }: { name: string }) {
  const letters = name.split(/\s+/).map((word) => word[0] ?? "");
  return (
    <span className="avatar" aria-hidden="true">
      {letters.slice(0, 2).join("").toUpperCase()}
    </span>
  );
}

function abilities({ speaks, hears }: Someone): string {
  if (speaks && hears) return "talks and hears";
  if (hears) return "hears";
  return speaks ? "talks" : "fenced off";
}
