/** The page that the address names. */

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { AgentPage } from "./pages/AgentPage";
import { CallerPage } from "./pages/CallerPage";
import { FloorPage } from "./pages/FloorPage";
import { HomePage } from "./pages/HomePage";
import "./style/base.css";
import "./style/parts.css";
import "./style/pages.css";

const PAGES: Record<string, () => React.ReactNode> = {
  caller: CallerPage,
  join: CallerPage,
  agent: AgentPage,
  "agent-b": AgentPage,
  floor: FloorPage,
};

const name = location.pathname.split("/").pop() ?? "";
const Page = PAGES[name] ?? HomePage;
const root = document.getElementById("page");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Page />
    </StrictMode>,
  );
}
