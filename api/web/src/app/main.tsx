import { createRoot } from "react-dom/client";
import "../components/base.css";
import "../components/theme";
import { Guard } from "../components/Guard";
import { App } from "./App";
import "./app.css";

const root = document.getElementById("root");
if (root)
  createRoot(root).render(
    <Guard>
      <App />
    </Guard>,
  );
