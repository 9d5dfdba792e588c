"""A customizable contraction hierarchy over the turns of a road network.

Dibbelt, Strasser, Wagner, *Customizable Contraction Hierarchies* (2016). Nodes are ordered once per
network so that few shortcuts are needed whatever the driving times are (`order`); the shortcuts
that can ever carry a way are found once (`fill`, `topology`); driving times are laid on in a few
hundredths of a second (`customise`, `metric`); questions climb the hierarchy (`pairs`, `lanes`,
`trees`). With turns, it pays to cut roads and not junctions, and to keep arcs directed: Buchhold,
Wagner, Zeitz, Zündorf, *Customizable Contraction Hierarchies with Turn Costs* (2020).
"""
