/** The page that the address names, and no other: each has a state and an event stream of its own. */

import { type ComponentType, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "./style/base.css";
import "./style/parts.css";
import "./style/pages.css";
import "./style/transfer.css";

type Load = () => Promise<ComponentType>;

const home: Load = async () => (await import("./pages/HomePage")).HomePage;
const caller: Load = async () => (await import("./pages/CallerPage")).CallerPage;
const agent: Load = async () => (await import("./pages/AgentPage")).AgentPage;
const floor: Load = async () => (await import("./pages/FloorPage")).FloorPage;

const PAGES: Record<string, Load> = { caller, join: caller, agent, "agent-b": agent, floor };

const name = location.pathname.split("/").pop() ?? "";
const Page = await (PAGES[name] ?? home)();
const root = document.getElementById("page");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Page />
    </StrictMode>,
  );
}
