//! Where nodes stand: in columns, each right of all that hold it, in an order that keeps links from crossing.

/// What is to be placed.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    /// Width and height of each node.
    pub(super) sizes: Vec<(f64, f64)>,
    /// From node to node.
    pub(super) links: Vec<(usize, usize)>,
}

/// Where everything stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Placed {
    /// The left upper corner of each node.
    pub(super) nodes: Vec<(f64, f64)>,
    /// For each link the points it goes through between its ends.
    pub(super) bends: Vec<Vec<(f64, f64)>>,
    /// For each link whether it leads back, or within a column: it closes a circle.
    pub(super) back: Vec<bool>,
    /// The whole width and height.
    pub(super) size: (f64, f64),
}

/// Between columns, wide enough for what links say.
const GAP: f64 = 124.0;
/// Between nodes of a column.
const SPACE: f64 = 22.0;
/// The height that a link takes in a column it passes.
const LANE: f64 = 14.0;
const SWEEPS: usize = 12;

/// A thing in a column: a node, or the bend of a link that passes.
#[derive(Clone, Debug)]
struct Item {
    column: usize,
    height: f64,
    center: f64,
    before: Vec<usize>,
    after: Vec<usize>,
}

impl Plan {
    /// Places everything.
    pub(super) fn place(&self) -> Placed {
        let columns = self.columns();
        let mut items: Vec<Item> =
            (0..self.sizes.len()).map(|node| Item::new(columns[node], self.sizes[node].1)).collect();
        let bends: Vec<Vec<usize>> = self.links.iter().map(|link| bend(&mut items, *link)).collect();
        let mut order = first_order(&items);
        for sweep in 0..SWEEPS {
            straighten(&mut order, &items, sweep % 2 == 0);
        }
        stand(&mut items, &order);
        self.positions(&items, &order, &bends)
    }

    /// The column of each node: one more than those of all that lead to it, but for links that close a circle.
    fn columns(&self) -> Vec<usize> {
        let forward = self.forward();
        let mut columns = vec![0; self.sizes.len()];
        for _ in 0..self.sizes.len() {
            for (from, to) in &forward {
                columns[*to] = columns[*to].max(columns[*from] + 1);
            }
        }
        for node in 0..self.sizes.len() {
            let led_to = forward.iter().any(|link| link.1 == node);
            let next = forward.iter().filter(|link| link.0 == node).map(|link| columns[link.1]).min();
            if let (false, Some(next)) = (led_to, next) {
                columns[node] = next - 1;
            }
        }
        columns
    }

    /// The links without those that close a circle.
    fn forward(&self) -> Vec<(usize, usize)> {
        let mut forward: Vec<(usize, usize)> = Vec::new();
        for (from, to) in &self.links {
            let mut reached = vec![*to];
            let mut at = 0;
            while at < reached.len() {
                let next = forward.iter().filter(|link| link.0 == reached[at]).map(|link| link.1);
                let next: Vec<usize> = next.filter(|node| !reached.contains(node)).collect();
                reached.extend(next);
                at += 1;
            }
            if !reached.contains(from) {
                forward.push((*from, *to));
            }
        }
        forward
    }

    fn positions(&self, items: &[Item], order: &[Vec<usize>], bends: &[Vec<usize>]) -> Placed {
        let mut lefts = Vec::new();
        let mut left = 0.0;
        for column in order {
            let widths = column.iter().filter_map(|item| self.sizes.get(*item).map(|size| size.0));
            let width = widths.fold(0.0, f64::max);
            lefts.push((left, width));
            left += width + GAP;
        }
        let top = items.iter().map(|item| item.center - item.height / 2.0).fold(f64::MAX, f64::min);
        let bottom = items.iter().map(|item| item.center + item.height / 2.0).fold(0.0, f64::max);
        let nodes = (0..self.sizes.len()).map(|node| {
            let (left, width) = lefts[items[node].column];
            (left + (width - self.sizes[node].0) / 2.0, items[node].center - self.sizes[node].1 / 2.0 - top)
        });
        // Straight through the column, so that a link bends only between columns.
        let through = |item: &usize| {
            let ((left, width), y) = (lefts[items[*item].column], items[*item].center - top);
            [(left, y), (left + width, y)]
        };
        Placed {
            nodes: nodes.collect(),
            bends: bends.iter().map(|bends| bends.iter().flat_map(through).collect()).collect(),
            back: self.links.iter().map(|(from, to)| items[*from].column >= items[*to].column).collect(),
            size: ((left - GAP).max(0.0), (bottom - top).max(0.0)),
        }
    }
}

impl Item {
    const fn new(column: usize, height: f64) -> Item {
        Item { column, height, center: 0.0, before: Vec::new(), after: Vec::new() }
    }
}

/// Adds an item for each column that a link passes; links back and within a column pass none.
fn bend(items: &mut Vec<Item>, (from, to): (usize, usize)) -> Vec<usize> {
    let mut bends = Vec::new();
    let mut last = from;
    for column in items[from].column + 1..items[to].column {
        items.push(Item::new(column, LANE));
        let bend = items.len() - 1;
        items[last].after.push(bend);
        items[bend].before.push(last);
        bends.push(bend);
        last = bend;
    }
    if items[from].column < items[to].column {
        items[last].after.push(to);
        items[to].before.push(last);
    }
    bends
}

fn first_order(items: &[Item]) -> Vec<Vec<usize>> {
    let count = items.iter().map(|item| item.column + 1).max().unwrap_or(0);
    (0..count).map(|column| (0..items.len()).filter(|item| items[*item].column == column).collect()).collect()
}

/// Sorts each column by where its neighbours in the column before (or after) stand.
fn straighten(order: &mut [Vec<usize>], items: &[Item], forwards: bool) {
    let columns: Vec<usize> = if forwards {
        (1..order.len()).collect()
    } else {
        (0..order.len().saturating_sub(1)).rev().collect()
    };
    for column in columns {
        let other = order[if forwards { column - 1 } else { column + 1 }].clone();
        let place = |item: usize, own: usize| {
            let neighbours = if forwards { &items[item].before } else { &items[item].after };
            let places = neighbours.iter().filter_map(|near| other.iter().position(|known| known == near));
            let places: Vec<usize> = places.collect();
            match places.len() {
                0 => own as f64,
                count => places.iter().sum::<usize>() as f64 / count as f64,
            }
        };
        let mut sorted: Vec<(f64, usize)> =
            order[column].iter().enumerate().map(|(own, item)| (place(*item, own), *item)).collect();
        sorted.sort_by(|left, right| left.0.total_cmp(&right.0));
        order[column] = sorted.into_iter().map(|(_, item)| item).collect();
    }
}

/// Gives each item its height on the page: near its neighbours, and apart from those above and below.
fn stand(items: &mut [Item], order: &[Vec<usize>]) {
    for column in order {
        let mut y = 0.0;
        for item in column {
            items[*item].center = y + items[*item].height / 2.0;
            y += items[*item].height + SPACE;
        }
    }
    for sweep in 0..2 * SWEEPS {
        let forwards = sweep % 2 == 0;
        let columns: Vec<usize> =
            if forwards { (0..order.len()).collect() } else { (0..order.len()).rev().collect() };
        for column in columns {
            let wanted: Vec<f64> = order[column].iter().map(|item| wanted(items, *item, forwards)).collect();
            separate(items, &order[column], &wanted);
        }
    }
}

fn wanted(items: &[Item], item: usize, forwards: bool) -> f64 {
    let near = |forwards: bool| if forwards { &items[item].before } else { &items[item].after };
    let near = if near(forwards).is_empty() { near(!forwards) } else { near(forwards) };
    match near.len() {
        0 => items[item].center,
        count => near.iter().map(|near| items[*near].center).sum::<f64>() / count as f64,
    }
}

/// Puts a column's items where they want to be, in order and apart: down from the top, then the whole moved so that
/// they are off by as much above as below.
fn separate(items: &mut [Item], column: &[usize], wanted: &[f64]) {
    let mut bottom = f64::MIN;
    let mut off = 0.0;
    for (item, wanted) in column.iter().zip(wanted) {
        let half = items[*item].height / 2.0;
        let center = wanted.max(bottom + SPACE + half);
        off += center - wanted;
        items[*item].center = center;
        bottom = center + half;
    }
    let off = off / column.len().max(1) as f64;
    column.iter().for_each(|item| items[*item].center -= off);
}

#[cfg(test)]
mod tests {
    use super::Plan;

    #[test]
    fn nothing_overlaps_and_links_go_to_the_right() {
        let sizes = vec![(80.0, 40.0); 9];
        let links =
            vec![(0, 1), (0, 2), (0, 3), (1, 4), (2, 5), (3, 5), (5, 4), (6, 7), (7, 5), (0, 4), (4, 0)];
        let placed = Plan { sizes: sizes.clone(), links: links.clone() }.place();
        for (a, (left, top)) in placed.nodes.iter().enumerate() {
            assert!(
                *left >= 0.0 && *top >= 0.0 && left + 80.0 <= placed.size.0 && top + 40.0 <= placed.size.1
            );
            for (other_left, other_top) in placed.nodes.iter().skip(a + 1) {
                assert!((left - other_left).abs() >= 80.0 || (top - other_top).abs() >= 40.0, "{placed:?}");
            }
        }
        // The last link closes a circle.
        for (from, to) in &links[..links.len() - 1] {
            assert!(placed.nodes[*from].0 < placed.nodes[*to].0, "{from} to {to}: {placed:?}");
        }
        assert_eq!(placed.back.iter().position(|back| *back), Some(links.len() - 1));
        assert!(Plan::default().place().nodes.is_empty());
    }
}
