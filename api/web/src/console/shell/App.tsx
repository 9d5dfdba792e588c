/** The console: queue, map, card. */

import { language } from "@roadflare/kit/words.ts";
import { useEffect, useLayoutEffect } from "preact/hooks";
import { AskDialog } from "../card/AskDialog.tsx";
import { DivertDialog } from "../card/DivertDialog.tsx";
import { IncidentCard } from "../card/IncidentCard.tsx";
import { UnitCard } from "../card/UnitCard.tsx";
import { CommandBar } from "../command/CommandBar.tsx";
import { Help } from "../command/Help.tsx";
import { listenToKeys } from "../command/keys.ts";
import { IntakeForm } from "../intake/IntakeForm.tsx";
import { MapPanel } from "../map/MapPanel.tsx";
import { QueuePanel } from "../queue/QueuePanel.tsx";
import { RoadCard } from "../roads/RoadCard.tsx";
import { RoadForm } from "../roads/RoadForm.tsx";
import { followAddress } from "../store/address.ts";
import { followAlarms } from "../store/bell.ts";
import { followDetail } from "../store/detail.ts";
import { openRoad } from "../store/roads.ts";
import {
  bookingVisit,
  openUnit,
  overlay,
  reportingRoad,
  selectedIncidentId,
  takingCall,
} from "../store/selection.ts";
import { token } from "../store/session.ts";
import { followVisits, openVisit } from "../store/visits.ts";
import { alarms, follow } from "../store/world.ts";
import { VisitCard } from "../visits/VisitCard.tsx";
import { VisitForm } from "../visits/VisitForm.tsx";
import { t } from "../words.ts";
import { Alarms } from "./Alarms.tsx";
import { Login } from "./Login.tsx";
import { NothingOpen } from "./NothingOpen.tsx";
import { Toasts } from "./Toasts.tsx";
import { TopBar } from "./TopBar.tsx";

function Card() {
  if (takingCall.value) return <IntakeForm />;
  if (bookingVisit.value) return <VisitForm />;
  if (reportingRoad.value) return <RoadForm />;
  if (openRoad.value) return <RoadCard report={openRoad.value} />;
  if (openVisit.value) return <VisitCard visit={openVisit.value} />;
  if (openUnit.value) return <UnitCard unit={openUnit.value} />;
  const id = selectedIncidentId.value;
  if (id !== null) return <IncidentCard id={id} key={id} />;
  return <NothingOpen />;
}

function Console() {
  // Before the first frame: a key pressed at what is seen must not be lost.
  useLayoutEffect(() => {
    const stops = [
      follow(),
      followAlarms(),
      followDetail(),
      followVisits(),
      followAddress(),
      listenToKeys(),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, []);
  return (
    <div class="console">
      <TopBar />
      <QueuePanel />
      <main class="centre">
        <MapPanel />
        <Alarms />
        <Toasts />
      </main>
      <aside class="panel right">
        <Card />
      </aside>
      {overlay.value === "command" && <CommandBar />}
      {overlay.value === "help" && <Help />}
      <AskDialog />
      <DivertDialog />
    </div>
  );
}

export function App() {
  useEffect(() => {
    const n = token.value ? alarms.value.length : 0;
    document.title = `${n > 0 ? `(${n}) ` : ""}Roadflare · ${t("title")}`;
  }, [language.value, alarms.value.length, token.value]);
  return token.value ? <Console /> : <Login />;
}
