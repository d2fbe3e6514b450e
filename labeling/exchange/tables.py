"""Tables of the exchange with vendors."""

from __future__ import annotations

from sqlmodel import Field, Index, SQLModel, UniqueConstraint

from labeling.columns import BIG, big, primary_id, ref, text


class WorkOrder(SQLModel, table=True):
    """A batch of items sent to a vendor."""

    __tablename__ = "work_order"
    __table_args__ = (UniqueConstraint("project_id", "n"),)

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    n: int
    workforce_id: int = ref("workforce")
    judgments_per_item: int
    price_micros: int = big()
    items_digest: str
    n_items: int
    state: str = "sent"


class WorkOrderLine(SQLModel, table=True):
    """One item of a work order, known outside by its random handle."""

    __tablename__ = "work_order_line"
    __table_args__ = (UniqueConstraint("work_order_id", "handle"),)

    id: int | None = primary_id()
    work_order_id: int = ref("work_order")
    handle: str
    item_id: int = ref("item")
    task_id: int = ref("task")
    slots: int


class WorkOrderJudgment(SQLModel, table=True):
    """One judgment that came back, known by the vendor's own id within its line; append-only."""

    __tablename__ = "work_order_judgment"
    __table_args__ = (
        Index("ix_work_order_judgment_order", "work_order_id"),
        Index("ix_work_order_judgment_annotation", "annotation_id"),
    )

    line_id: int = Field(sa_type=BIG, primary_key=True, foreign_key="work_order_line.id")
    judgment: str = Field(primary_key=True)
    work_order_id: int = ref("work_order")
    created_at: int = big()
    annotation_id: int = ref("annotation")
    is_counted: bool
    file_digest: str
    file_line: int = big()


class WorkOrderReturn(SQLModel, table=True):
    """One file that came back, with its report; append-only."""

    __tablename__ = "work_order_return"
    __table_args__ = (UniqueConstraint("work_order_id", "file_digest"),)

    id: int | None = primary_id()
    project_id: int = ref("project")
    work_order_id: int = ref("work_order")
    created_at: int = big()
    file_digest: str
    report: str = text()
