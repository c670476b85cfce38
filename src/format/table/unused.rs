//! Width that a column does not use, because its cells are cut between elements or at slashes, given to other columns.

use super::column::TableColumn;
use super::cut::cut;
use super::role::Role;
use super::widths::ColumnWidths;
use crate::row_buffer::RowBuffer;
use crate::width::width;

/// Narrows the columns whose cells are cut at certain places to what these rows use of them, and gives the rest to
/// columns that are cut.
pub fn distribute(columns: &[TableColumn], rows: &RowBuffer, fitted: &mut ColumnWidths) {
    let mut freed = 0;
    for (at, used) in used_widths(columns, rows, fitted) {
        if let Some(width) = &mut fitted.widths[at] {
            freed += *width - used;
            *width = used;
        }
    }
    complete(columns, fitted, &mut freed);
    let text = columns.iter().zip(&mut fitted.widths);
    let mut text = text.filter(|(column, _)| column.demand.is_text());
    if let Some((column, Some(width))) = text.find(|(column, width)| is_cut(column, **width)) {
        *width += freed.min(column.demand.short - *width);
    }
}

fn is_cut(column: &TableColumn, width: Option<usize>) -> bool {
    width.is_some_and(|width| width < column.demand.short)
}

/// The indexes of the columns whose cells are cut at certain places, and the widths that their cells take.
fn used_widths(
    columns: &[TableColumn],
    rows: &RowBuffer,
    fitted: &ColumnWidths,
) -> Vec<(usize, usize)> {
    use Role::{Address, Image, Ports, State, Time};
    let is_uneven = |at: &usize| {
        let role = columns[*at].demand.role;
        is_cut(&columns[*at], fitted.widths[*at])
            && matches!(role, Address | Image | Ports | State | Time)
    };
    let uneven: Vec<usize> = (0..columns.len()).filter(is_uneven).collect();
    if uneven.is_empty() {
        return Vec::new();
    }
    let header = |(column, fitted): (&TableColumn, &Option<usize>)| {
        width(&column.header).min(fitted.unwrap_or(0))
    };
    let mut used: Vec<usize> = columns.iter().zip(&fitted.widths).map(header).collect();
    for cell in rows.rows().flatten() {
        if let (true, Some(width)) = (uneven.contains(&cell.column), fitted.widths[cell.column]) {
            let column = &columns[cell.column];
            let text = column.shown(rows.text(cell), fitted.has_short_hashes);
            let taken = cut(column.demand.role, text, width).width;
            used[cell.column] = used[cell.column].max(taken).min(width);
        }
    }
    let used = uneven.into_iter().map(|at| (at, used[at]));
    used.collect()
}

/// Completes columns that are cut, the most important ones first.
fn complete(columns: &[TableColumn], fitted: &mut ColumnWidths, freed: &mut usize) {
    let mut order: Vec<usize> = (0..columns.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(columns[*at].demand.role));
    for at in order {
        if let Some(width) = &mut fitted.widths[at] {
            let lack = columns[at].demand.short - (*width).min(columns[at].demand.short);
            if lack <= *freed {
                *width += lack;
                *freed -= lack;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell::push_readable;
    use crate::columns::Columns;
    use crate::row_buffer::CellStyle;
    use crate::tests::value;

    #[test]
    fn what_a_list_does_not_use_completes_other_columns() {
        let rows = r#"[{"ports": "*:8080->80/tcp, *:8443->443/tcp", "command": "nginx -g daemon", "image": "shop/web:1"}]"#;
        let mut buffer = RowBuffer::new(&Columns::default(), push_readable, CellStyle::Readable);
        let mut columns: Vec<_> = ["ports", "command", "image"]
            .map(|name| TableColumn::new(None, name, name, true))
            .into();
        if let dq_json::value::Value::Arr(items) = value(rows) {
            items.iter().for_each(|row| drop(buffer.push(row)));
        }
        for cell in buffer.rows().flatten() {
            columns[cell.column].measure_first(buffer.text(cell), cell.kind);
        }
        let widths = |widths: [usize; 3]| ColumnWidths {
            widths: widths.map(Some).to_vec(),
            has_short_hashes: true,
            gap: 2,
        };
        let cases = [
            // The list takes 17 of 20.
            ([20, 8, 10], [17, 11, 10]),
            ([20, 8, 8], [17, 9, 10]),
            ([20, 8, 7], [17, 8, 10]),
            // A list that is not cut keeps its width.
            ([31, 8, 7], [31, 8, 7]),
            // A header that is cut takes no more than its column.
            ([3, 8, 10], [3, 8, 10]),
        ];
        for (before, after) in cases {
            let mut fitted = widths(before);
            distribute(&columns, &buffer, &mut fitted);
            assert_eq!(fitted, widths(after), "{before:?}");
        }
    }
}
